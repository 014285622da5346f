//! Who the author is, in every form that a From field may have: over real SMTP, with a real DNS server, and signed by the
//! key of the author's own provider.

use server::config::{Config, Rejected, Switch};
use test_support::{
    dkim::Key,
    dns::{Dns, Record},
};

use crate::support::home::{Home, SECRET, letter};

pub const ALLOWED: &str = "v=spf1 ip4:127.0.0.1 -all";
const UNCLEAR: &str = "Sealpost: This message does not say clearly who wrote it. Somebody else may have written it.";
const NOT_AUTHORISED: &str = "550 5.7.1 This message is not authorised for this relay address, please switch on signing and \
     encryption in your mail app";

pub async fn home(dns: &Dns) -> Home {
    Home::with(|config| check_senders(config, dns)).await
}

pub fn check_senders(config: &mut Config, dns: &Dns) {
    config.dns = Some(dns.address);
    config.sender_auth = Switch::On;
    config.rejected = Rejected::Refuse;
}

/// From fields that software reads in different ways, all of somebody at a domain. The last two have no domain at all.
pub fn odd_forms(local: &str, domain: &str) -> Vec<String> {
    vec![
        format!("\"{local} x\"@{domain}"),
        format!("Bank <{local}@{domain}.>"),
        format!("{local}..x@{domain}"),
        format!(".{local}@{domain}"),
        format!("Bank <@a.example,@b.example:{local}@{domain}>"),
        format!("{local} @ {domain}"),
        format!("Bank <{local}@ {domain}>"),
        format!("{local}(comment)@{domain}"),
        format!("{local}@(comment){domain}"),
        format!("{local}{}@{domain}", "a".repeat(64)),
        format!("{local}@x.example@{domain}"),
        format!("Bank <Bank <{local}@{domain}>>"),
        format!("{local}@[192.0.2.1]"),
        format!("{local}@..{domain}"),
    ]
}

/// How many of [`odd_forms`] have a domain that can be determined.
const DETERMINED: usize = 12;

fn letter_from(home: &Home, from: &str) -> String {
    letter(&home.alias, SECRET).replace("Bob <bob@example.com>", from)
}

/// What the only message that left says inside; the outbox is empty afterwards.
async fn take_entity(home: &Home) -> String {
    let mut outbox = home.outbox().await;
    assert_eq!(outbox.len(), 1);
    let mail = outbox.pop().unwrap();
    for entry in std::fs::read_dir(home.folder.path().join("outbox")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::remove_file(path).unwrap();
        }
    }
    String::from_utf8(home.open(&mail)).unwrap()
}

#[tokio::test]
async fn no_form_of_an_address_hides_its_domain_from_dmarc() {
    let dns = Dns::start(&[
        Record::Txt("_dmarc.bank.test", "v=DMARC1; p=reject"),
        Record::Txt("attacker.test", ALLOWED),
        Record::Txt("_dmarc.attacker.test", "v=DMARC1; p=reject"),
    ]);
    let home = home(&dns).await;
    home.activate().await;
    assert_ne!(letter_from(&home, "x"), letter(&home.alias, SECRET));
    let mallory = "mallory@attacker.test";
    for (number, form) in odd_forms("service", "bank.test").iter().enumerate() {
        let message = format!("Sender: {mallory}\r\n{}", letter_from(&home, form));
        let said = home.send(mallory, &home.alias, &message).await;
        if number < DETERMINED {
            assert!(said.starts_with("550 5.7.26 "), "{form}: {said}");
        } else {
            assert!(said.starts_with("250 "), "{form}: {said}");
            let entity = take_entity(&home).await;
            assert!(entity.contains(UNCLEAR), "{form}: {entity}");
        }
    }
    for two in [
        format!("{mallory}, service@bank.test"),
        format!("service@bank.test, {mallory}"),
        format!("team: {mallory}, service@bank.test;"),
    ] {
        let said = home.send(mallory, &home.alias, &letter_from(&home, &two)).await;
        assert!(said.starts_with("550 5.7.26 "), "{two}: {said}");
    }
    let two_fields = format!("From: {mallory}\r\n{}", letter_from(&home, mallory));
    let said = home.send(mallory, &home.alias, &two_fields).await;
    assert_eq!(said, "550 5.7.1 The message has more than one From field");
    let many = (0..5)
        .map(|each| format!("a@{each}.test"))
        .collect::<Vec<_>>()
        .join(", ");
    let said = home.send(mallory, &home.alias, &letter_from(&home, &many)).await;
    assert_eq!(said, "550 5.7.1 The From field names too many domains");
    assert!(home.outbox().await.is_empty());

    // Beside an author without a domain, the pass of another domain says nothing.
    let hidden = letter_from(&home, &format!("service@[192.0.2.1], {mallory}"));
    assert!(home.send(mallory, &home.alias, &hidden).await.starts_with("250 "));
    assert!(take_entity(&home).await.contains(UNCLEAR));
    let plain = letter_from(&home, &format!("Mallory <{mallory}>"));
    assert!(home.send(mallory, &home.alias, &plain).await.starts_with("250 "));
    assert!(!take_entity(&home).await.contains("Sealpost:"));
}

#[tokio::test]
async fn mail_from_an_odd_address_arrives_and_is_judged_by_its_domain() {
    let dns = Dns::start(&[
        Record::Txt("docomo.example", ALLOWED),
        Record::Txt("_dmarc.docomo.example", "v=DMARC1; p=reject"),
    ]);
    let home = home(&dns).await;
    home.activate().await;
    for from in [
        "a..b@docomo.example",
        "\"a..b\"@docomo.example",
        "Taro <a.b.@docomo.example>",
    ] {
        let said = home
            .send("x@docomo.example", &home.alias, &letter_from(&home, from))
            .await;
        assert!(said.starts_with("250 "), "{from}: {said}");
        let entity = take_entity(&home).await;
        assert!(entity.contains("\tdmarc=pass header.from=docomo.example"), "{entity}");
        assert!(!entity.contains("Sealpost:"), "{entity}");
        assert!(entity.contains(&format!("From: {from}\r\n")), "{entity}");
        let said = home
            .send("x@elsewhere.test", &home.alias, &letter_from(&home, from))
            .await;
        assert!(said.starts_with("550 5.7.26 "), "{from}: {said}");
    }
}

#[tokio::test]
async fn somebody_else_of_the_same_provider_writes_from_no_alias() {
    let key = Key::generate();
    let dns = Dns::start(&[
        Record::Txt("example.org", ALLOWED),
        Record::Txt("s1._domainkey.example.org", &key.record),
    ]);
    let home = home(&dns).await;
    home.activate().await;
    let said = home
        .send("bob@example.com", &home.alias, &letter(&home.alias, SECRET))
        .await;
    assert!(said.starts_with("250 "), "{said}");
    let outside = String::from_utf8(home.outbox().await.pop().unwrap()).unwrap();
    let at = outside.find("<r-").unwrap() + 1;
    let relay_address = outside[at..].split('>').next().unwrap().to_owned();

    let answer = |from: &str| {
        format!("From: {from}\r\nSender: ann@example.org\r\nTo: {relay_address}\r\nSubject: x\r\n\r\nby Eve\r\n")
    };
    let sign = |message: &str| key.sign(home.folder.path(), "example.org", message, &["from", "to", "subject"]);
    let before = home.outbox().await.len();
    let forms = [odd_forms("eve", "example.org"), odd_forms("ann", "example.org")].concat();
    for form in &forms {
        let said = home.send("ann@example.org", &relay_address, &sign(&answer(form))).await;
        assert_eq!(said, NOT_AUTHORISED, "{form}");
    }
    let two = format!("From: ann@example.org\r\n{}", answer("ann@example.org"));
    assert_eq!(home.send("ann@example.org", &relay_address, &two).await, NOT_AUTHORISED);
    let nobody = answer("x").replace("From: x\r\n", "");
    assert_eq!(
        home.send("ann@example.org", &relay_address, &nobody).await,
        NOT_AUTHORISED
    );
    assert_eq!(home.outbox().await.len(), before);
}
