//! Aliases taken by mail to `new@`: for whom, under which names, and what comes of what anybody else sends.

use std::time::{Duration, Instant};

use server::store::alias::Alias;
use test_support::gnupg::Gnupg;
use time::OffsetDateTime;

use crate::support::{
    home::{Home, SECRET, letter},
    pgp_profile,
};

const NEW: &str = "new@relay.example";
const ANN: &str = "ann@example.org";

async fn aliases(home: &Home) -> Vec<Alias> {
    home.store.aliases(home.account).await.unwrap()
}

/// The person's message with a signature by the device, and a Subject.
fn wish(home: &Home, subject: &str, text: &str) -> String {
    home.answer(NEW, text)
        .replace("Subject: answer", &format!("Subject: {subject}"))
}

#[tokio::test]
async fn a_signed_wish_is_answered_by_a_sealed_message_that_names_the_alias() {
    let home = Home::new().await;
    home.activate().await;
    let said = home.send(ANN, NEW, &wish(&home, "The shop", "one")).await;
    assert!(said.starts_with("250 2.0.0"), "{said}");
    let taken = aliases(&home).await.remove(0);
    assert_eq!(
        (taken.label.as_str(), taken.enabled, taken.mailbox.as_str()),
        ("The shop", true, ANN)
    );
    let mail = home.outbox().await.pop().unwrap();
    let outside = String::from_utf8_lossy(&mail).into_owned();
    assert!(
        outside.contains("smime-type=enveloped-data") && !outside.contains("List-Unsubscribe"),
        "{outside}"
    );
    let inside = String::from_utf8(home.open(&mail)).unwrap();
    assert!(
        inside.contains(&format!("{}@relay.example\r\n", taken.local)),
        "{inside}"
    );
    // It takes mail at once.
    let alias = format!("{}@relay.example", taken.local);
    assert!(
        home.send("bob@example.com", &alias, &letter(&alias, SECRET))
            .await
            .starts_with("250")
    );

    let said = home
        .send(
            ANN,
            "New@Relay.example",
            &wish(&home, "local: shop-2026, A shop", "two"),
        )
        .await;
    assert!(said.starts_with("250"), "{said}");
    let taken = aliases(&home).await.remove(0);
    assert_eq!((taken.local.as_str(), taken.label.as_str()), ("shop-2026", "A shop"));
    for reserved in ["local: shop-2026", "local: postmaster", "local: r-1", "local:"] {
        let said = home.send(ANN, NEW, &wish(&home, reserved, reserved)).await;
        assert!(
            said.starts_with("550 5.7.1 This alias cannot be taken"),
            "{reserved}: {said}"
        );
    }
    assert_eq!(aliases(&home).await.len(), 3);
}

#[tokio::test]
async fn a_signed_wish_counts_once_and_an_alias_that_nobody_was_told_of_is_none() {
    let home = Home::new().await;
    home.activate().await;
    let first = wish(&home, "local: shop-one", "one");
    assert!(home.send(ANN, NEW, &first).await.starts_with("250"));
    // Somebody who saw it sends it again, with another Subject.
    let again = first.replace("shop-one", "shop-two");
    let said = home.send("eve@example.net", NEW, &again).await;
    assert!(said.starts_with("550 5.7.1"), "{said}");
    assert_eq!(aliases(&home).await.len(), 2);
    assert!(home.store.local_is_free("shop-two").await.unwrap());
    assert_eq!(home.outbox().await.len(), 1);
}

#[tokio::test]
async fn a_signature_by_gnupg_counts_under_a_pgp_profile_and_no_other_does() {
    let home = Home::new().await;
    let (gpg, stranger) = (
        Gnupg::with_key(&format!("Ann <{ANN}>"), "future-default", "never"),
        Gnupg::with_key(&format!("Ann <{ANN}>"), "future-default", "never"),
    );
    pgp_profile::active(&home, &gpg.public_key(ANN), OffsetDateTime::now_utc()).await;
    let wish = |gpg: &Gnupg, subject: &str| {
        let entity = gpg.sign("Content-Type: text/plain\r\n\r\nplease\r\n");
        let message = format!("From: Ann <{ANN}>\r\nTo: {NEW}\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n{entity}");
        // GnuPG writes the lines of its armor as the system does.
        message.replace("\r\n", "\n").replace('\n', "\r\n")
    };
    let signed = wish(&gpg, "local: shop-one, The shop");
    for (what, message) in [
        ("another key of the same name", wish(&stranger, "local: shop-one")),
        ("changed", signed.replace("please", "please!")),
    ] {
        let said = home.send(ANN, NEW, &message).await;
        assert!(
            said.starts_with("550 5.7.1 This message is not shown to be"),
            "{what}: {said}"
        );
    }
    let said = home.send(ANN, NEW, &signed).await;
    assert!(said.starts_with("250 2.0.0"), "{said}");
    let inside = String::from_utf8(gpg.open(&home.outbox().await.pop().unwrap()).content).unwrap();
    assert!(inside.contains("shop-one@relay.example\r\n"), "{inside}");
    let again = home.send(ANN, NEW, &signed.replace("shop-one", "shop-two")).await;
    assert!(again.starts_with("550 5.7.1"), "{again}");
    assert_eq!(aliases(&home).await.len(), 2);
}

#[tokio::test]
async fn what_is_not_shown_to_be_the_persons_takes_nothing() {
    let home = Home::new().await;
    home.activate().await;
    let signed = wish(&home, "x", "one");
    let unsigned = format!("From: Ann <{ANN}>\r\nTo: {NEW}\r\nSubject: x\r\n\r\nhello\r\n");
    for (what, message) in [
        ("unsigned", unsigned.clone()),
        ("changed", signed.replace("MII", "MIJ")),
        (
            "somebody else's name",
            signed.replace(&format!("<{ANN}>"), "<eve@example.net>"),
        ),
        (
            "by a machine",
            signed.replace("Subject:", "Auto-Submitted: auto-replied\r\nSubject:"),
        ),
    ] {
        let said = home.send(ANN, NEW, &message).await;
        assert!(
            said.starts_with("550 5.7.1 This message is not shown to be"),
            "{what}: {said}"
        );
    }
    assert_eq!(aliases(&home).await.len(), 1);
    assert!(home.outbox().await.is_empty());
}

/// While nothing but a signature counts, keys are looked for: the time that this takes must not tell for whom there are any.
#[tokio::test]
async fn a_user_and_a_stranger_are_refused_after_the_same_time() {
    let home = Home::new().await;
    home.activate().await;
    let of_user = wish(&home, "x", "one").replace("MII", "MIJ");
    let of_stranger = of_user.replace(&format!("<{ANN}>"), "<eve@example.net>");
    let mut shortest = [Duration::MAX; 2];
    for _ in 0..4 {
        for (message, shortest) in [&of_user, &of_stranger].into_iter().zip(&mut shortest) {
            let started = Instant::now();
            let said = home.send(ANN, NEW, message).await;
            assert!(said.starts_with("550 5.7.1 This message is not shown to be"), "{said}");
            *shortest = started.elapsed().min(*shortest);
        }
    }
    let [user, stranger] = shortest.map(|time| time.as_secs_f64());
    assert!((0.6..1.7).contains(&(user / stranger)), "{shortest:?}");
}

#[tokio::test]
async fn without_an_active_profile_policy_decides() {
    let home = Home::new().await;
    let said = home.send(ANN, NEW, &wish(&home, "local: shop-one", "one")).await;
    assert!(said.starts_with("250"), "{said}");
    let mail = String::from_utf8(home.outbox().await.pop().unwrap()).unwrap();
    assert!(
        mail.contains("shop-one@relay.example") && mail.contains("From: \"Sealpost\" <new@relay.example>"),
        "{mail}"
    );
    home.sql("UPDATE mailboxes SET kill_switch = TRUE").await;
    let said = home.send(ANN, NEW, &wish(&home, "local: shop-two", "two")).await;
    assert!(said.starts_with("550 5.7.1 The recipient takes no mail"), "{said}");
    assert_eq!(aliases(&home).await.len(), 2);
    assert!(home.store.local_is_free("shop-two").await.unwrap());
}

#[tokio::test]
async fn the_alias_is_under_the_domain_that_was_written_to() {
    let home = Home::new().await;
    let there = "New@Second.example";
    let said = home.send(ANN, there, &wish(&home, "local: shop-one", "one")).await;
    assert!(said.starts_with("250"), "{said}");
    let taken = aliases(&home).await.remove(0);
    assert_eq!(
        (taken.local.as_str(), taken.domain.as_str()),
        ("shop-one", "second.example")
    );
    let mail = String::from_utf8(home.outbox().await.pop().unwrap()).unwrap();
    assert!(mail.contains("\r\nshop-one@second.example\r\n"), "{mail}");
    let said = home.send(ANN, NEW, &wish(&home, "local: shop-two", "two")).await;
    assert!(said.starts_with("250"), "{said}");
    assert_eq!(aliases(&home).await.remove(0).domain, "");
}
