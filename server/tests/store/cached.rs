//! A value that was read is in force only until this process or another one changes it.

use std::time::Duration;

use server::store::{Store, route::End};
use test_support::postgres::Postgres;

use super::{DAY, Db, NOW, address, issued::ready, outside, verified};

async fn is_sealed(store: &Store) -> bool {
    match store.end("amber-otter", "").await.unwrap() {
        Some(End::Mailbox(route)) => route.active.is_some(),
        _ => false,
    }
}

pub async fn a_change_is_in_force_at_once(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let (profile, _) = ready(&store, ann, mailbox).await;
    let alias = store.create_alias(mailbox, "amber-otter", "", NOW).await.unwrap();
    assert!(!is_sealed(&store).await);
    assert!(store.note_export(ann, profile, NOW).await.unwrap());
    store.activate_profile(ann, profile, true, NOW).await.unwrap();
    // Twice each: what is read the second time may be kept.
    let sealed = async || (is_sealed(&store).await, is_sealed(&store).await) == (true, true);
    let route = async || match store.end("amber-otter", "").await.unwrap() {
        Some(End::Mailbox(route)) => route,
        _ => panic!("no route"),
    };
    assert!(sealed().await);
    assert!(route().await.kill_switch);
    store.set_kill_switch(ann, mailbox, false).await.unwrap();
    assert!(!route().await.kill_switch);
    store.set_alias_enabled(ann, alias, false).await.unwrap();
    assert!(store.end("amber-otter", "").await.unwrap().is_none());
    store.set_alias_enabled(ann, alias, true).await.unwrap();
    assert!(sealed().await);
    store.deactivate_profile(ann, profile, NOW).await.unwrap();
    assert!(!is_sealed(&store).await);
    store.activate_profile(ann, profile, true, NOW).await.unwrap();
    assert!(sealed().await);

    let (bob, relay) = (outside("bob@example.com"), address("r-1@relay.example"));
    let contact = store.contact(alias, &bob, &relay, NOW).await.unwrap();
    let blocked = async || store.is_blocked(alias, std::slice::from_ref(&bob)).await.unwrap();
    assert!(!blocked().await && !blocked().await);
    store
        .set_contact_blocked(ann, alias, contact.id, Some(NOW))
        .await
        .unwrap();
    assert!(blocked().await);
    store.set_contact_blocked(ann, alias, contact.id, None).await.unwrap();
    assert!(!blocked().await);
    let known = async || store.known_contact(alias, &bob).await.unwrap().unwrap();
    assert!(!known().await.dormant);
    store.remove_unused_keys(NOW, NOW + DAY).await.unwrap();
    assert!(known().await.dormant, "its keys are gone");

    assert_eq!(store.account_of(mailbox).await.unwrap(), Some(ann));
    assert_eq!(store.own_addresses_beside(mailbox).await.unwrap().len(), 1);
    assert!(store.delete_account(ann).await.unwrap());
    assert!(store.end("amber-otter", "").await.unwrap().is_none());
    assert_eq!(store.account_of(mailbox).await.unwrap(), None);
    assert!(store.known_contact(alias, &bob).await.unwrap().is_none());
}

pub async fn only_a_route_to_sealed_mail_is_kept(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let (profile, _) = ready(&store, ann, mailbox).await;
    store.create_alias(mailbox, "amber-otter", "", NOW).await.unwrap();
    assert!(store.note_export(ann, profile, NOW).await.unwrap());
    store.activate_profile(ann, profile, true, NOW).await.unwrap();
    store.set_kill_switch(ann, mailbox, false).await.unwrap();
    assert!(is_sealed(&store).await && is_sealed(&store).await);
    // On SQLite nobody hears of it.
    let other = Store::connect(&store.url).await.unwrap();
    other.deactivate_profile(ann, profile, NOW).await.unwrap();
    assert!(!is_sealed(&store).await);
}

/// Looks again and again: a notification takes a moment.
async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    for _ in 0..6000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_postgresql_other_processes_hear_of_a_change() {
    let server = Postgres::start();
    let url = server.database();
    let (one, other) = (Store::connect(&url).await.unwrap(), Store::connect(&url).await.unwrap());
    let (ann, mailbox) = verified(&one, "ann@example.org").await;
    let (profile, _) = ready(&one, ann, mailbox).await;
    let alias = one.create_alias(mailbox, "amber-otter", "", NOW).await.unwrap();
    assert!(one.note_export(ann, profile, NOW).await.unwrap());
    one.activate_profile(ann, profile, true, NOW).await.unwrap();
    until("sealed", async || is_sealed(&other).await).await;
    one.set_alias_enabled(ann, alias, false).await.unwrap();
    until("off", async || !is_sealed(&other).await).await;
    one.set_alias_enabled(ann, alias, true).await.unwrap();
    until("on", async || is_sealed(&other).await).await;

    // A database that was away: what happened meanwhile cannot be heard.
    server.stop();
    server.start_again();
    until("off again", async || {
        one.set_alias_enabled(ann, alias, false).await.is_ok()
    })
    .await;
    until("off", async || {
        other.end("amber-otter", "").await.is_ok_and(|end| end.is_none())
    })
    .await;
}
