use app::id::ContactId;
use server::store::{StoreError, accepted::Accepted, route::Contact};
use time::Duration;

use super::{
    DAY, Db, NOW,
    issued::ready,
    outside,
    profile::{contact, contact_key},
    verified,
};

const KEPT: Duration = Duration::days(180);

async fn accept(store: &Db, contacts: Vec<ContactId>, answered: Vec<ContactId>, days: i64) {
    let accepted = Accepted {
        contacts,
        answered,
        ..Accepted::default()
    };
    store.accept(accepted, NOW + Duration::days(days)).await.unwrap();
}

/// After so many days.
async fn remove(store: &Db, days: i64) -> u64 {
    let now = NOW + Duration::days(days);
    store.remove_unused_keys(now - KEPT, now).await.unwrap()
}

pub async fn contacts_that_nobody_used_lose_their_keys_and_nothing_else(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let (profile, _) = ready(&store, ann, mailbox).await;
    let mut contacts = Vec::new();
    for who in ["silent", "spam", "blocked", "fresh", "answered"] {
        let contact = contact(&store, ann, who).await;
        let key = contact_key(who.as_bytes());
        store.add_contact_certificate(contact.id, profile, key).await.unwrap();
        contacts.push(contact);
    }
    let [silent, spam, blocked, fresh, answered] = &contacts[..] else {
        panic!("five contacts")
    };
    let alias = store.aliases(ann).await.unwrap()[0].id;
    store
        .set_contact_blocked(ann, alias, blocked.id, Some(NOW))
        .await
        .unwrap();
    accept(&store, vec![spam.id, blocked.id, answered.id], vec![answered.id], 1).await;
    accept(&store, vec![fresh.id], Vec::new(), 2).await;

    assert_eq!(remove(&store, 179).await, 0);
    assert_eq!(
        remove(&store, 180).await,
        1,
        "what never came through counts from its making"
    );
    assert_eq!(remove(&store, 181).await, 2);
    assert_eq!(remove(&store, 181).await, 0);
    for (contact, kept) in [
        (silent, false),
        (spam, false),
        (blocked, false),
        (fresh, true),
        (answered, true),
    ] {
        let stored = store.contact_certificate(contact.id, profile).await.unwrap();
        assert_eq!(stored.is_some(), kept, "{}", contact.relay_address);
        let route = store.reply_route(contact.relay_address.local(), NOW).await.unwrap();
        let route = route.expect("it can still be answered");
        assert_eq!((route.contact, route.keys_removed), (contact.id, !kept));
    }
    // The same sender has the same relay address, and nobody else ever gets it.
    let from = |who: &str| outside(&format!("{who}@example.com"));
    let again = store.known_contact(alias, &from("spam")).await.unwrap().unwrap();
    assert_eq!((again.id, &again.relay_address), (spam.id, &spam.relay_address));
    assert!(again.dormant);
    let other = store.contact(alias, &from("other"), &spam.relay_address, NOW).await;
    assert!(matches!(other, Err(StoreError::Taken)));
    assert!(!store.local_is_free(spam.relay_address.local()).await.unwrap());
    assert!(store.is_blocked(alias, &[from("blocked")]).await.unwrap());

    // It wrote again: it is known, and its new keys stay as long.
    store
        .add_contact_certificate(spam.id, profile, contact_key(b"new"))
        .await
        .unwrap();
    accept(&store, vec![spam.id], Vec::new(), 181).await;
    assert!(
        !store
            .known_contact(alias, &from("spam"))
            .await
            .unwrap()
            .unwrap()
            .dormant
    );
    assert_eq!(remove(&store, 182).await, 1, "the fresh one");
    assert!(store.contact_certificate(spam.id, profile).await.unwrap().is_some());
    assert_eq!(remove(&store, 361).await, 1);
    assert!(store.contact_certificate(spam.id, profile).await.unwrap().is_none());
}

pub async fn mail_whose_keys_are_removed_meanwhile_is_not_accepted(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let (profile, _) = ready(&store, ann, mailbox).await;
    let seen = contact(&store, ann, "bob").await;
    let key = || contact_key(b"key");
    store.add_contact_certificate(seen.id, profile, key()).await.unwrap();
    let sealed = |contact: &Contact| Accepted {
        contacts: vec![contact.id],
        keys: vec![contact.keys],
        ..Accepted::default()
    };

    // In the very second in which the message is accepted.
    assert_eq!(remove(&store, 200).await, 1);
    let accepted = store.accept(sealed(&seen), NOW + Duration::days(200)).await;
    assert!(matches!(accepted, Err(StoreError::Gone)), "{accepted:?}");
    let listed = store.contacts(ann, store.aliases(ann).await.unwrap()[0].id, 0, 1).await;
    assert_eq!(listed.unwrap()[0].last_used, None, "nothing is stored");

    // Its sender comes again: there are new keys, which stay.
    let again = contact(&store, ann, "bob").await;
    assert!(again.dormant);
    store.add_contact_certificate(again.id, profile, key()).await.unwrap();
    let accepted = store.accept(sealed(&again), NOW + Duration::days(200)).await;
    accepted.unwrap();
    assert!(!contact(&store, ann, "bob").await.dormant);
    assert_eq!(remove(&store, 200).await, 0);
    assert!(store.contact_certificate(seen.id, profile).await.unwrap().is_some());
}

pub async fn thousands_of_contacts_lose_their_keys_in_parts(store: Db) {
    use sea_orm::{ConnectionTrait, Database};
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let (profile, _) = ready(&store, ann, mailbox).await;
    let alias = store.create_alias(mailbox, "amber-otter", "", NOW).await.unwrap();
    let db = Database::connect(&store.url).await.unwrap();
    let from =
        "FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1234) SELECT i FROM n) AS n";
    let created = NOW.unix_timestamp();
    for statement in [
        format!("INSERT INTO local_parts (folded) SELECT 'r-' || i {from}"),
        format!(
            "INSERT INTO contacts (alias_id, correspondent_folded, relay_local, relay_domain, created_at) \
             SELECT {alias}, i || '@example.com', 'r-' || i, 'relay.example', {created} {from}"
        ),
    ] {
        db.execute_unprepared(&statement).await.unwrap();
    }
    let last = outside("1234@example.com");
    let last = store.known_contact(alias, &last).await.unwrap().unwrap();
    store
        .add_contact_certificate(last.id, profile, contact_key(b"key"))
        .await
        .unwrap();
    let now = NOW + DAY;
    assert_eq!(store.remove_unused_keys(NOW, now).await.unwrap(), 1234);
    assert!(store.contact_certificate(last.id, profile).await.unwrap().is_none());
    assert_eq!(store.remove_unused_keys(NOW, now).await.unwrap(), 0);
}
