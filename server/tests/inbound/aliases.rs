//! What an alias does with its mail by how it is set: relayed, rejected, dropped; from whom; under which domain.

use std::collections::HashSet;

use app::{
    api::alias::OffAnswer,
    id::{AliasId, ContactId},
};
use server::store::{activity::Outcome, alias::NewAlias};
use time::OffsetDateTime;

use crate::support::home::{Home, SECRET, letter};

const BOB: &str = "bob@example.com";

async fn send(home: &Home) -> String {
    home.send(BOB, &home.alias, &letter(&home.alias, SECRET)).await
}

async fn counts(home: &Home, alias: i64) -> (u64, u64) {
    let alias = home.store.alias(home.account, AliasId(alias)).await.unwrap().unwrap();
    (alias.relayed, alias.refused)
}

/// RFC 5321 §4.1.2: quotes that a local part does not need change nothing.
#[tokio::test]
async fn an_alias_in_quotes_is_the_alias() {
    let home = Home::new().await;
    home.activate().await;
    let (local, domain) = home.alias.split_once('@').unwrap();
    for quoted in [
        format!("\"{local}\"@{domain}"),
        format!("\"{}\"@{domain}", local.to_uppercase()),
    ] {
        let said = home.send(BOB, &quoted, &letter(&home.alias, SECRET)).await;
        assert!(said.starts_with("250"), "{quoted}: {said}");
    }
    assert_eq!(home.outbox().await.len(), 2);
    let other = home
        .send(BOB, &format!("\"{local} \"@{domain}"), &letter(&home.alias, SECRET))
        .await;
    assert!(other.starts_with("550"), "{other}");
}

#[tokio::test]
async fn an_alias_that_rejects_sounds_like_one_that_never_was() {
    let home = Home::new().await;
    home.activate().await;
    home.store
        .turn_off(home.account, AliasId(1), OffAnswer::Reject)
        .await
        .unwrap();
    let said = send(&home).await;
    let unknown = home
        .send(BOB, "nobody@relay.example", &letter("nobody@relay.example", SECRET))
        .await;
    assert!(said.starts_with("550 5.1.1"), "{said}");
    assert_eq!(said, unknown);
    assert_eq!(counts(&home, 1).await, (0, 0), "counting would take time, and tell");
    assert!(home.outbox().await.is_empty());
}

#[tokio::test]
async fn what_is_dropped_is_accepted_counted_and_nowhere() {
    let home = Home::new().await;
    home.activate().await;
    home.store
        .turn_off(home.account, AliasId(1), OffAnswer::Drop)
        .await
        .unwrap();
    let said = send(&home).await;
    assert!(said.starts_with("250 2.0.0"), "{said}");
    assert_eq!(counts(&home, 1).await, (0, 1));
    assert_eq!(home.activity().await, [Outcome::Dropped]);
    assert!(home.outbox().await.is_empty());
    for left in [SECRET, BOB] {
        assert!(!home.data_holds(left), "{left}");
    }
    home.store
        .set_alias_enabled(home.account, AliasId(1), true)
        .await
        .unwrap();
    assert!(send(&home).await.starts_with("250"));
    assert_eq!(counts(&home, 1).await, (1, 1));
    assert_eq!(home.outbox().await.len(), 1);
}

#[tokio::test]
async fn a_blocked_contact_is_refused_by_from_and_by_envelope_until_it_is_not() {
    let home = Home::new().await;
    home.activate().await;
    assert!(send(&home).await.starts_with("250"));
    let now = OffsetDateTime::now_utc();
    let block = |since| {
        home.store
            .set_contact_blocked(home.account, AliasId(1), ContactId(1), since)
    };
    assert!(block(Some(now)).await.unwrap());
    let by_from = home
        .send("bounces@list.example", &home.alias, &letter(&home.alias, SECRET))
        .await;
    assert!(
        by_from.starts_with("550 5.7.1 The recipient does not take mail from this sender"),
        "{by_from}"
    );
    let other = letter(&home.alias, SECRET).replace(BOB, "carol@example.net");
    let by_envelope = home.send("BOB@example.com", &home.alias, &other).await;
    assert_eq!(by_envelope, by_from);
    let free = home.send("carol@example.net", &home.alias, &other).await;
    assert!(free.starts_with("250"), "{free}");
    // What is only said in Reply-To or Sender is nobody's word.
    let said = letter(&home.alias, SECRET).replace(
        &format!("From: Bob <{BOB}>"),
        &format!("From: d@example.net\r\nReply-To: {BOB}\r\nSender: {BOB}"),
    );
    assert!(home.send("d@example.net", &home.alias, &said).await.starts_with("250"));
    assert_eq!(counts(&home, 1).await, (3, 2));
    assert!(block(None).await.unwrap());
    assert!(send(&home).await.starts_with("250"));
    assert_eq!(home.outbox().await.len(), 4);
}

#[tokio::test]
async fn a_blocked_contact_of_an_alias_that_drops_notices_nothing() {
    let home = Home::new().await;
    home.activate().await;
    send(&home).await;
    let now = OffsetDateTime::now_utc();
    home.store
        .turn_off(home.account, AliasId(1), OffAnswer::Drop)
        .await
        .unwrap();
    home.store
        .set_alias_enabled(home.account, AliasId(1), true)
        .await
        .unwrap();
    home.store
        .set_contact_blocked(home.account, AliasId(1), ContactId(1), Some(now))
        .await
        .unwrap();
    let said = send(&home).await;
    assert!(said.starts_with("250 2.0.0"), "{said}");
    assert_eq!(home.outbox().await.len(), 1);
    assert_eq!(counts(&home, 1).await, (1, 1));
}

#[tokio::test]
async fn nobody_learns_which_aliases_belong_together() {
    let home = Home::new().await;
    home.activate().await;
    let now = OffsetDateTime::now_utc();
    let mailbox = home.store.mailboxes(home.account).await.unwrap()[0].id;
    home.store.create_alias(mailbox, "calm-heron", "", now).await.unwrap();
    let foreign = home.clear_mailbox("carol@example.net", "quick-fox-001").await;
    let mut answers = HashSet::new();
    for second in [
        "calm-heron@relay.example",
        home.alias.as_str(),
        &foreign,
        "nobody@relay.example",
        "stranger@elsewhere.example",
        "new@relay.example",
        "postmaster",
    ] {
        answers.insert(home.send_to(BOB, &[&home.alias, second], &letter(second, SECRET)).await);
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers.iter().all(|said| said.starts_with("452 4.5.3 ")), "{answers:?}");
    assert!(home.outbox().await.is_empty());
}

#[tokio::test]
async fn an_alias_lives_under_its_own_domain_only() {
    let home = Home::new().await;
    home.activate().await;
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
    let (there, here) = ("Calm-Heron@Second.Example", "calm-heron@relay.example");
    let said = home.send(BOB, there, &letter(there, SECRET)).await;
    assert!(said.starts_with("250"), "{said}");
    for wrong in [
        here,
        "amber-otter-417@second.example",
        "r-00@second.example",
        "calm-heron@third.example",
    ] {
        let said = home.send(BOB, wrong, &letter(wrong, SECRET)).await;
        let answer = if wrong.ends_with("third.example") {
            "550 5.7.1"
        } else {
            "550 5.1.1"
        };
        assert!(said.starts_with(answer), "{wrong}: {said}");
    }
    let mail = home.outbox().await.pop().unwrap();
    let header = String::from_utf8_lossy(&mail).into_owned();
    assert!(
        header.contains("@relay.example>"),
        "relay addresses are under the main domain"
    );
    let entity = String::from_utf8(home.open(&mail)).unwrap();
    assert!(entity.contains("Delivered-To: calm-heron@second.example"), "{entity}");
}

/// Anybody can be refused thousands of times: the person still sees what else happened.
#[tokio::test]
async fn what_goes_nowhere_stands_on_the_activity_page_a_hundred_times_an_hour() {
    for (off_answer, answer, outcome) in [
        (OffAnswer::Drop, "250 2.0.0", Outcome::Dropped),
        (OffAnswer::Reject, "550 5.7.1", Outcome::Refused),
    ] {
        let home = Home::new().await;
        home.activate().await;
        match off_answer {
            OffAnswer::Drop => home
                .store
                .turn_off(home.account, AliasId(1), off_answer)
                .await
                .map(drop),
            OffAnswer::Reject => home
                .store
                .deactivate_profile(home.account, home.profile, OffsetDateTime::now_utc())
                .await
                .map(drop),
        }
        .unwrap();
        for _ in 0..103 {
            let said = send(&home).await;
            assert!(said.starts_with(answer), "{said}");
        }
        assert_eq!(home.activity().await, [outcome; 100]);
    }
}
