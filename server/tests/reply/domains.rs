//! An alias under another domain than the relay's main one.

use server::{config::DkimKeySource, dkim::DkimKey, store::alias::NewAlias};
use test_support::{
    dkim,
    dns::{Dns, Record},
};
use time::OffsetDateTime;

use crate::{
    reply::{outside::Outside, talk::Talk, wire},
    support::home::Home,
};

#[tokio::test]
async fn a_reply_leaves_from_the_aliass_own_domain_signed_by_it() {
    let mut home = Home::new().await;
    let mailbox = home.store.mailboxes(home.account).await.unwrap()[0].id;
    let new = NewAlias {
        mailbox,
        local: "calm-heron",
        domain: "second.example",
        label: "",
        note: "",
        enabled: true,
    };
    home.store.take_alias(new, OffsetDateTime::now_utc()).await.unwrap();
    home.alias = "calm-heron@second.example".into();
    let talk = Talk::at(home).await;
    assert!(talk.letter.relay_address.ends_with("@relay.example"));
    let answer = wire::answer(&talk.letter.relay_address, "there");
    let said = talk.send(&talk.answer("there", "", "-aes-256-cbc", &answer)).await;
    assert!(said.starts_with("250 "), "{said}");
    let left = talk.left("there").await;
    let outside = Outside::read(&left, &talk.needles());
    assert!(outside.findings.is_empty(), "{:#?}", outside.findings);
    assert_eq!(outside.field("from"), "\"A. Réader\" <calm-heron@second.example>");
    let key = DkimKey::open(&DkimKeySource::File(talk.home.folder.path().join("dkim.key"))).unwrap();
    let record = format!("v=DKIM1; k=rsa; p={}", key.public());
    let dns = Dns::start(&[Record::Txt("sealpost._domainkey.second.example", &record)]);
    assert_eq!(dkim::verify(dns.address, &left), "True second.example sealpost");
}
