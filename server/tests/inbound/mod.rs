//! The whole relay in one process, spoken to over real SMTP: what is sealed, what is refused, and what never leaves.

mod aliases;
mod create;
mod expiry;
mod hidden;
mod impostor;
mod letters;
mod moving;
mod new_contacts;
mod operator;
mod others;
mod pgp;
mod quota;
mod reminders;
mod senders;
mod spam;
mod test_message;
mod thread;
mod unsubscribe;

use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use crate::support::{
    clock::TestClock,
    home::{Home, SECRET, letter},
};

#[tokio::test]
async fn a_message_of_megabytes_is_sealed_and_its_body_comes_out_unchanged() {
    let home = Home::new().await;
    home.activate().await;
    let body = "0123456789abcdef0123456789abcdef\r\n".repeat(1_250_000);
    let said = home
        .send("bob@example.com", &home.alias, &letter(&home.alias, &body))
        .await;
    assert!(said.starts_with("250 2.0.0"), "{said}");
    let mail = home.outbox().await.pop().unwrap();
    let entity = home.open(&mail);
    let at = entity.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    assert!(entity[at + 4..].starts_with(body.as_bytes()), "40 MiB, byte for byte");
}

#[tokio::test]
async fn without_a_profile_mail_is_relayed_as_it_is() {
    let home = Home::new().await;
    let message = letter(&home.alias, SECRET);
    let said = home.send("bob@example.com", &home.alias, &message).await;
    assert!(said.starts_with("250"), "{said}");
    let mail = home.outbox().await.pop().unwrap();
    assert!(mail.starts_with(b"Sealpost-Loop: "));
    assert!(
        mail.ends_with(message.as_bytes()),
        "below the trace field nothing is touched"
    );
}

#[tokio::test]
async fn whatever_fails_on_the_way_to_a_seal_the_answer_is_451_and_nothing_leaves() {
    let home = Home::new().await;
    home.activate().await;
    let message = letter(&home.alias, SECRET);
    // Each fault is one that a stolen backup, a bad disk or a hasty hand could make.
    for fault in [
        "UPDATE profiles SET intermediate_key = zeroblob(64)",
        "UPDATE profiles SET \"user\" = zeroblob(64)",
        "DROP TABLE correspondents",
    ] {
        home.sql(fault).await;
        let said = home.send("stranger@example.com", &home.alias, &message).await;
        assert!(said.starts_with("451 4."), "{fault}: {said}");
        assert!(home.outbox().await.is_empty(), "{fault}");
        assert!(!home.data_holds(SECRET), "{fault}");
    }
}

#[tokio::test]
async fn what_cannot_be_handed_over_waits_unreadable() {
    let home = Home::new().await;
    home.activate().await;
    let outbox = home.folder.path().join("outbox");
    std::fs::rename(&outbox, home.folder.path().join("away")).unwrap();
    let said = home
        .send("bob@example.com", &home.alias, &letter(&home.alias, SECRET))
        .await;
    assert!(said.starts_with("250"), "{said}");
    assert_eq!(home.store.depth().await.unwrap().waiting, 1);
    for readable in [SECRET, "bob@example.com"] {
        assert!(!home.queue_holds(readable).await, "{readable}");
    }
    std::fs::rename(home.folder.path().join("away"), &outbox).unwrap();
    // Until it has failed it is not put off.
    while home.outbox_now().is_empty() {
        home.store.make_all_due(OffsetDateTime::now_utc()).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(!home.data_holds(SECRET));
}

#[tokio::test]
async fn without_a_valid_profile_the_kill_switch_refuses() {
    let home = Home::new().await;
    home.activate().await;
    home.sql("UPDATE profiles SET state = 'ready'").await;
    let said = home
        .send("bob@example.com", &home.alias, &letter(&home.alias, SECRET))
        .await;
    assert!(said.starts_with("550 5.7.1"), "{said}");
    assert!(home.outbox().await.is_empty());
}

#[tokio::test]
async fn an_active_profile_that_has_ended_is_none() {
    // A relay of today would remove, at its start, a profile that was issued years ago and not used.
    let clock = Arc::new(TestClock::new());
    let home = Home::by(Arc::<TestClock>::clone(&clock), |_| ()).await;
    home.activate().await;
    clock.forward(Duration::days(3 * 365));
    let message = letter(&home.alias, SECRET);
    let said = home.send("bob@example.com", &home.alias, &message).await;
    assert!(said.starts_with("550 5.7.1"), "{said}");
    assert!(home.outbox().await.is_empty());
}

#[tokio::test]
async fn unknown_disabled_and_foreign_recipients_get_their_answers() {
    let home = Home::new().await;
    let message = letter(&home.alias, SECRET);
    let unknown = home.send("bob@example.com", "nobody@relay.example", &message).await;
    assert!(unknown.starts_with("550 5.1.1"), "{unknown}");
    home.sql("UPDATE aliases SET enabled = FALSE").await;
    assert_eq!(home.send("bob@example.com", &home.alias, &message).await, unknown);
    let foreign = home.send("bob@example.com", "x@elsewhere.example", &message).await;
    assert!(foreign.starts_with("550 5.7.1"), "{foreign}");
    assert!(home.outbox().await.is_empty());
}

#[tokio::test]
async fn the_postmaster_is_always_there() {
    let home = Home::new().await;
    for operator in ["Postmaster", "postmaster@relay.example", "Abuse@RELAY.example"] {
        let said = home.send("bob@example.com", operator, &letter(operator, SECRET)).await;
        assert!(said.starts_with("250 2.0.0"), "{operator}: {said}");
    }
    let said = home.send("bob@example.com", "abuse", &letter("abuse", SECRET)).await;
    assert!(said.starts_with("50"), "{said}");
    assert!(home.outbox().await.is_empty());
}

#[tokio::test]
async fn loops_are_refused() {
    let home = Home::new().await;
    home.activate().await;
    let hops = format!(
        "{}{}",
        "Received: from a by b\r\n".repeat(101),
        letter(&home.alias, SECRET)
    );
    let said = home.send("bob@example.com", &home.alias, &hops).await;
    assert!(said.starts_with("554 5.4.6"), "{said}");
    assert!(home.outbox().await.is_empty());
    // What was relayed to a mailbox and comes back from there, as it is or with another author.
    home.send("bob@example.com", &home.alias, &letter(&home.alias, SECRET))
        .await;
    let relayed = String::from_utf8(home.outbox().await.pop().unwrap()).unwrap();
    let said = home.send("ann@example.org", &home.alias, &relayed).await;
    assert!(said.starts_with("554 5.4.6"), "{said}");
    let forwarded = relayed.replace("From: ", "X-Was: ");
    let said = home
        .send(
            "ann@example.org",
            &home.alias,
            &format!("From: ann@example.org\r\n{forwarded}"),
        )
        .await;
    assert!(said.starts_with("554 5.4.6"), "{said}");
    assert_eq!(home.outbox().await.len(), 1);
}
