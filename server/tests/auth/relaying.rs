//! The stage in its place: a whole relay, spoken to over real SMTP, asks a real DNS server.

use std::sync::Arc;

use server::{
    clock::SystemClock,
    config::{Config, DkimKeySource, Rejected, SecondDkimKey, Selector, Switch},
    dkim::{DkimKey, OwnSignatures},
    domains::Domains,
    publish,
};

use test_support::{
    dkim::{self, Key},
    dns::{Dns, Record},
};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use crate::support::home::{Home, SECRET, letter};

const ALLOWED: &str = "v=spf1 ip4:127.0.0.1 -all";
const FORGED: &str = "Authentication-Results: relay.example; dmarc=pass\r\nSealpost-Anything: yes\r\n";

async fn home(dns: &Dns, rejected: Rejected) -> Home {
    let server = dns.address;
    Home::with(move |config| {
        config.dns = Some(server);
        config.sender_auth = Switch::On;
        config.rejected = rejected;
    })
    .await
}

/// The only message that left.
async fn left(home: &Home) -> Vec<u8> {
    let mut outbox = home.outbox().await;
    assert_eq!(outbox.len(), 1);
    outbox.pop().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn what_dmarc_rejects_is_refused_unless_the_operator_says_otherwise() {
    let dns = Dns::start(&[Record::Txt("_dmarc.example.com", "v=DMARC1; p=reject")]);
    let strict = home(&dns, Rejected::Refuse).await;
    strict.activate().await;
    let message = format!("{FORGED}{}", letter(&strict.alias, SECRET));
    let said = strict.send("eve@elsewhere.example", &strict.alias, &message).await;
    assert!(said.starts_with("550 5.7.26 "), "{said}");
    assert!(strict.outbox().await.is_empty());

    let lax = home(&dns, Rejected::Warn).await;
    lax.activate().await;
    let said = lax.send("eve@elsewhere.example", &lax.alias, &message).await;
    assert!(said.starts_with("250 "), "{said}");
    let entity = text(&lax.open(&left(&lax).await));
    assert!(
        entity.starts_with("Authentication-Results: relay.example;\r\n\tspf=none smtp.mailfrom=elsewhere.example;\r\n"),
        "{entity}"
    );
    assert!(
        entity.contains("\tdmarc=fail header.from=example.com policy.dmarc=reject\r\n"),
        "{entity}"
    );
    assert!(
        !entity.contains("dmarc=pass") && !entity.contains("Sealpost-Anything"),
        "{entity}"
    );
    assert!(
        entity.contains(
            "\r\n\r\nSealpost: This message claims to be from bob@example.com, but example.com says that it is not. \
             Somebody else may have written it.\r\n\r\n--"
        ),
        "{entity}"
    );
    assert!(entity.contains(&format!("\r\n\r\n{SECRET}\r\n\r\n--=_")), "{entity}");
}

#[tokio::test]
async fn mail_of_a_trusted_list_is_relayed_though_its_author_cannot_vouch_for_it() {
    let key = Key::generate();
    let dns = Dns::start(&[
        Record::Txt("_dmarc.example.com", "v=DMARC1; p=reject"),
        Record::Txt("s1._domainkey.lists.example", &key.record),
    ]);
    let server = dns.address;
    for (trusted, answer) in [(Vec::new(), "550 5.7.26 "), (vec!["lists.example".to_owned()], "250 ")] {
        let home = Home::with(move |config| {
            config.dns = Some(server);
            config.sender_auth = Switch::On;
            config.trusted_sealers = trusted;
        })
        .await;
        home.activate().await;
        let passed = "dmarc=pass header.from=example.com";
        let message = key.seal(
            home.folder.path(),
            "lists.example",
            &letter(&home.alias, SECRET),
            passed,
        );
        let said = home.send("bounces@lists.example", &home.alias, &message).await;
        assert!(said.starts_with(answer), "{said}");
        if answer.starts_with("250") {
            let entity = text(&home.open(&left(&home).await));
            assert!(
                entity.contains(";\r\n\tarc=pass header.d=lists.example\r\n") && !entity.contains("Sealpost:"),
                "{entity}"
            );
        }
    }
}

#[tokio::test]
async fn a_genuine_message_has_a_finding_and_no_warning() {
    let key = Key::generate();
    let dns = Dns::start(&[
        Record::Txt("example.com", ALLOWED),
        Record::Txt("_dmarc.example.com", "v=DMARC1; p=reject"),
        Record::Txt("s1._domainkey.example.com", &key.record),
    ]);
    let home = home(&dns, Rejected::Refuse).await;
    home.activate().await;
    let message = key.sign(home.folder.path(), "example.com", &letter(&home.alias, SECRET), &[]);
    let said = home.send("bob@example.com", &home.alias, &message).await;
    assert!(said.starts_with("250 "), "{said}");
    let mail = left(&home).await;
    let entity = text(&home.open(&mail));
    assert!(
        entity.starts_with(
            "Authentication-Results: relay.example;\r\n\tspf=pass smtp.mailfrom=example.com;\r\n\
             \tdkim=pass header.d=example.com header.s=s1;\r\n\
             \tdmarc=pass header.from=example.com policy.dmarc=reject\r\nDelivered-To: "
        ),
        "{entity}"
    );
    assert!(
        !entity.contains("Sealpost:") && entity.ends_with(&format!("\r\n\r\n{SECRET}\r\n")),
        "{entity}"
    );

    // What left is signed by the relay, and somebody else says so.
    let own = DkimKey::open(&DkimKeySource::File(home.folder.path().join("dkim.key"))).unwrap();
    let record = format!("v=DKIM1; k=rsa; p={}", own.public());
    let published = Dns::start(&[Record::Txt("sealpost._domainkey.relay.example", &record)]);
    assert_eq!(dkim::verify(published.address, &mail), "True relay.example sealpost");
}

#[tokio::test]
async fn mail_in_the_clear_has_the_finding_on_top_and_nothing_forged_below() {
    let dns = Dns::start(&[Record::Txt("example.com", "v=spf1 -all")]);
    let home = home(&dns, Rejected::Refuse).await;
    let plain = letter(&home.alias, SECRET);
    let said = home
        .send("bob@example.com", &home.alias, &format!("{FORGED}{plain}"))
        .await;
    assert!(said.starts_with("250 "), "{said}");
    let mail = text(&left(&home).await);
    assert!(
        mail.starts_with("Authentication-Results: relay.example;\r\n\tspf=fail smtp.mailfrom=example.com;\r\n"),
        "{mail}"
    );
    assert!(mail.contains("\r\nReceived: from sender.example"), "{mail}");
    assert_eq!(mail.matches("Authentication-Results").count(), 1, "{mail}");
    assert!(!mail.contains("DKIM-Signature"), "From is not the relay's: {mail}");
    assert!(mail.ends_with(&plain), "{mail}");
}

#[tokio::test]
async fn without_dns_the_sender_comes_back_but_bounces_are_taken() {
    let dns = Dns::start(&[]);
    let home = home(&dns, Rejected::Refuse).await;
    home.activate().await;
    drop(dns);
    let said = home
        .send("bob@example.com", &home.alias, &letter(&home.alias, SECRET))
        .await;
    assert!(said.starts_with("451 4.4.3 "), "{said}");
    assert!(home.outbox().await.is_empty());
    let path = home.return_path();
    let bounce = home.send("", &path, &letter(&path, "failed")).await;
    assert!(bounce.starts_with("250"), "{bounce}");
}

#[tokio::test]
async fn a_wish_for_an_alias_counts_where_the_mailboxs_provider_vouches_for_it() {
    let key = Key::generate();
    let dns = Dns::start(&[
        Record::Txt("example.org", "v=spf1 -all"),
        Record::Txt("s1._domainkey.example.org", &key.record),
    ]);
    let home = home(&dns, Rejected::Refuse).await;
    home.activate().await;
    let date = OffsetDateTime::now_utc().format(&Rfc2822).unwrap();
    let wish = format!(
        "From: Ann <ann@example.org>\r\nTo: new@relay.example\r\nSubject: The shop\r\nDate: {date}\r\n\r\nhello\r\n"
    );
    let said = home.send("ann@example.org", "new@relay.example", &wish).await;
    assert!(said.starts_with("550 5.7.1"), "{said}");
    let signed = key.sign(home.folder.path(), "example.org", &wish, &[]);
    let said = home.send("ann@example.org", "new@relay.example", &signed).await;
    assert!(said.starts_with("250 "), "{said}");
    let aliases = home.store.aliases(home.account).await.unwrap();
    assert_eq!((aliases.len(), aliases[0].label.as_str()), (2, "The shop"));
    let entity = text(&home.open(&left(&home).await));
    assert!(
        entity.contains(&format!("{}@relay.example", aliases[0].local)),
        "{entity}"
    );
    let said = home.send("ann@example.org", "new@relay.example", &signed).await;
    assert!(said.starts_with("550 5.7.1 This message was sent on before"), "{said}");
}

/// The DKIM records that the relay would have published: name and text.
fn dkim_records(config: &Config) -> Vec<(String, String)> {
    let zone = publish::records(config).unwrap();
    let records = zone.lines().filter_map(|line| line.split_once(". TXT "));
    records
        .filter(|(name, _)| name.contains("._domainkey."))
        .map(|(name, text)| (name.to_owned(), text.trim_matches('"').replace("\" \"", "")))
        .collect()
}

#[tokio::test]
async fn a_dkim_key_is_published_before_it_signs_and_after() {
    let mut home = Home::with(|_| ()).await;
    home.activate().await;
    let (old, new) = (
        home.folder.path().join("dkim.key"),
        home.folder.path().join("dkim-next.key"),
    );
    let selector = |text: &str| Selector::parse(text).unwrap();
    // First the next key is beside the one that signs, and then the previous one.
    let phases = [
        (
            (DkimKeySource::File(old.clone()), "sealpost"),
            (DkimKeySource::Own(new.clone()), "next"),
        ),
        (
            (DkimKeySource::File(new.clone()), "next"),
            (DkimKeySource::File(old.clone()), "sealpost"),
        ),
    ];
    let mut mails = Vec::new();
    for ((key, signs), (second, waits)) in phases {
        let change = |config: &mut Config| {
            config.dkim_key = key.clone();
            config.dkim_selector = selector(signs);
            config.second_dkim_key = Some(SecondDkimKey {
                key: second.clone(),
                selector: selector(waits),
            });
        };
        home.restart_with(Arc::new(SystemClock), change).await;
        let said = home
            .send("bob@example.com", &home.alias, &letter(&home.alias, SECRET))
            .await;
        assert!(said.starts_with("250 "), "{said}");
        home.outbox().await;
        let mut config = crate::support::home::config(home.folder.path());
        change(&mut config);
        let records = dkim_records(&config);
        assert_eq!(records.len(), 4, "two keys of two domains: {records:?}");
        let records: Vec<_> = records.iter().map(|(name, text)| Record::Txt(name, text)).collect();
        let dns = Dns::start(&records);
        for mail in home
            .outbox_now()
            .into_iter()
            .filter(|mail| !mails.iter().any(|(known, _)| known == mail))
            .collect::<Vec<_>>()
        {
            mails.push((mail, signs));
        }
        for (mail, signed) in &mails {
            assert_eq!(dkim::verify(dns.address, mail), format!("True relay.example {signed}"));
        }
    }
    assert_eq!(mails.len(), 2);

    // The relay knows its own mail by both keys.
    let [old, new] = [old, new].map(|path| DkimKey::open(&DkimKeySource::File(path)).unwrap());
    let (next, sealpost) = (selector("next"), selector("sealpost"));
    let domains = Arc::new(Domains::new("relay.example".into(), Vec::new()));
    let both = OwnSignatures::new(&[(&new, &next), (&old, &sealpost)], Arc::clone(&domains)).unwrap();
    let only = OwnSignatures::new(&[(&new, &next)], domains).unwrap();
    let verdicts = [
        both.verify(&mails[0].0).await,
        both.verify(&mails[1].0).await,
        only.verify(&mails[0].0).await,
        only.verify(&mails[1].0).await,
    ];
    assert_eq!(verdicts, [true, true, false, true]);
}
