//! What a PGP profile makes of inbound mail, opened by GnuPG; and that a key past its end lets nothing through.

use app::profile::NO_END;
use server::mail::message::Message;
use test_support::gnupg::Gnupg;
use time::{Duration, OffsetDateTime, format_description::well_known::Iso8601};

use crate::support::{
    home::{Home, SECRET, letter},
    pgp_profile,
};

const ANN: &str = "Ann Lee <ann@example.org>";

fn field(mail: &[u8], name: &str) -> String {
    let message = Message::parse(mail);
    let value = message.first(name).map_or(&b""[..], |field| field.raw_value());
    String::from_utf8_lossy(value).trim().to_owned()
}

#[tokio::test]
async fn what_arrives_opens_with_gnupg_and_its_signature_is_good() {
    let home = Home::new().await;
    let gpg = Gnupg::with_key(ANN, "future-default", "never");
    pgp_profile::active(&home, &gpg.public_key("ann@example.org"), OffsetDateTime::now_utc()).await;
    let said = home
        .send("bob@example.com", &home.alias, &letter(&home.alias, SECRET))
        .await;
    assert!(said.starts_with("250 "), "{said}");
    let mail = home.outbox().await.pop().unwrap();
    assert!(!home.data_holds(SECRET));
    assert!(field(&mail, "Content-Type").starts_with("multipart/encrypted; protocol=\"application/pgp-encrypted\""));
    assert!(
        field(&mail, "DKIM-Signature").contains("utocrypt"),
        "a key on the way is not put in another's place"
    );
    let from = field(&mail, "From");
    let address = from[from.rfind('<').unwrap() + 1..].trim_end_matches('>').to_owned();
    assert!(
        address.starts_with("r-") && address.ends_with("@relay.example"),
        "{from}"
    );
    assert!(field(&mail, "Autocrypt").starts_with(&format!("addr={address};")));

    let opened = gpg.open(&mail);
    assert!(
        opened.status.contains("ERRSIG"),
        "the contact's key is not known yet: {}",
        opened.status
    );
    let inside = String::from_utf8(opened.content).unwrap();
    assert!(
        inside.contains(SECRET) && inside.contains("bob@example.com"),
        "{inside}"
    );
    // The key that is attached is the one that signed, and it is certified by the trust key.
    let start = inside.find("-----BEGIN PGP PUBLIC KEY BLOCK-----").unwrap();
    gpg.import(&inside.as_bytes()[start..]);
    let opened = gpg.open(&mail);
    assert!(opened.status.contains("GOODSIG"), "{}", opened.status);
    assert!(opened.status.contains(&gpg.fingerprint(&address)));

    // The second message has the same key.
    home.send("bob@example.com", &home.alias, &letter(&home.alias, "second"))
        .await;
    for mail in home.wait_for(2).await {
        assert!(gpg.open(&mail).status.contains("GOODSIG"));
    }
}

#[tokio::test]
async fn with_a_key_past_its_end_the_kill_switch_refuses_and_nothing_is_in_the_clear() {
    let made = OffsetDateTime::now_utc() - Duration::days(3);
    let home = Home::issued_at(made).await;
    let gpg = Gnupg::empty();
    let time = made.format(&Iso8601::DATE_TIME).unwrap().replace(['-', ':'], "");
    gpg.make_key_at(ANN, "seconds=86400", &time[..15]);
    let profile = pgp_profile::active(&home, &gpg.public_key("ann@example.org"), made + Duration::HOUR).await;
    let message = letter(&home.alias, SECRET);
    let said = home.send("bob@example.com", &home.alias, &message).await;
    assert!(said.starts_with("550 5.7.1"), "{said}");
    // A key can be unusable before its profile's end.
    home.sql("UPDATE profiles SET not_after = 253402300799 WHERE kind = 'pgp'")
        .await;
    let stored = home.store.profile(home.account, profile).await.unwrap().unwrap();
    assert_eq!(stored.profile.not_after, NO_END);
    let said = home.send("bob@example.com", &home.alias, &message).await;
    assert!(said.starts_with("550 5.7.1"), "{said}");
    assert!(home.outbox().await.is_empty() && !home.data_holds(SECRET));

    // Only a hand at the switch lets it through.
    let mailbox = home.store.mailboxes(home.account).await.unwrap()[0].id;
    home.store.set_kill_switch(home.account, mailbox, false).await.unwrap();
    let said = home.send("bob@example.com", &home.alias, &message).await;
    assert!(said.starts_with("250 "), "{said}");
    assert_eq!(home.outbox().await.len(), 1);
}

#[tokio::test]
async fn a_thread_that_the_person_starts_is_sealed_in_the_same_way() {
    let home = Home::new().await;
    let gpg = Gnupg::with_key(ANN, "rsa3072", "1y");
    pgp_profile::active(&home, &gpg.public_key("ann@example.org"), OffsetDateTime::now_utc()).await;
    assert_eq!(home.start_thread("carol@example.net").await, "null");
    let mail = home.wait_for(1).await.pop().unwrap();
    let inside = String::from_utf8(gpg.open(&mail).content).unwrap();
    assert!(inside.contains("To write to carol@example.net"), "{inside}");
}

#[tokio::test]
async fn a_damaged_profile_of_pgp_relays_nothing() {
    let home = Home::new().await;
    let gpg = Gnupg::with_key(ANN, "future-default", "never");
    pgp_profile::active(&home, &gpg.public_key("ann@example.org"), OffsetDateTime::now_utc()).await;
    for fault in [
        "UPDATE profiles SET intermediate_key = zeroblob(64)",
        "UPDATE profiles SET kind = 'smime' WHERE kind = 'pgp'",
        "UPDATE profiles SET \"user\" = zeroblob(64)",
    ] {
        home.sql(fault).await;
        let said = home
            .send("stranger@example.com", &home.alias, &letter(&home.alias, SECRET))
            .await;
        assert!(said.starts_with("451 4."), "{fault}: {said}");
        assert!(home.outbox().await.is_empty() && !home.data_holds(SECRET), "{fault}");
    }
}
