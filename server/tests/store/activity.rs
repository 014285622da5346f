use app::{api::activity::Event, id::AliasId};
use sea_orm::{ConnectionTrait, Database};
use server::store::{AccountId, StoreError, activity::Outcome};
use time::Duration;

use super::{DAY, Db, NOW, account, address, verified};

async fn alias(store: &Db) -> (AccountId, AliasId) {
    let (ann, mailbox) = verified(store, "ann@example.org").await;
    let alias = store.create_alias(mailbox, "amber-otter", "", NOW).await.unwrap();
    (ann, alias)
}

fn outcomes(events: &[Event]) -> Vec<Outcome> {
    events.iter().map(|event| event.outcome).collect()
}

pub async fn events_are_recorded_and_read_in_parts(store: Db) {
    let (ann, alias) = alias(&store).await;
    for (number, outcome) in Outcome::ALL.into_iter().enumerate() {
        let (octets, after) = (number as u64 * 1000, Duration::seconds(number as i64));
        store.record(alias, outcome, octets, NOW + after).await.unwrap();
    }
    store.record(alias, Outcome::Sealed, u64::MAX, NOW).await.unwrap();
    let all = store.activity(ann, alias, None, 100).await.unwrap();
    assert_eq!((all[0].outcome, all[0].octets), (Outcome::Sealed, i64::MAX as u64));
    let expected: Vec<_> = Outcome::ALL.into_iter().rev().collect();
    assert_eq!(outcomes(&all[1..]), expected, "each comes back as it was, newest first");
    let second = &all[Outcome::ALL.len() - 1];
    assert_eq!((second.at, second.octets), (NOW + Duration::seconds(1), 1000));
    let newest = store.activity(ann, alias, None, 4).await.unwrap();
    assert_eq!(newest, all[..4]);
    let older = store.activity(ann, alias, Some(newest[3].id), 100).await.unwrap();
    assert_eq!(older, all[4..]);
}

pub async fn activity_belongs_to_one_alias_of_one_account(store: Db) {
    let (ann, alias) = alias(&store).await;
    let (eve, mailbox) = verified(&store, "eve@example.org").await;
    let hers = store.create_alias(mailbox, "calm-heron", "", NOW).await.unwrap();
    store.record(alias, Outcome::Sealed, 1, NOW).await.unwrap();
    store.record(hers, Outcome::Refused, 0, NOW).await.unwrap();
    let seen = store.activity(ann, alias, None, 9).await.unwrap();
    assert_eq!(outcomes(&seen), [Outcome::Sealed]);
    assert!(store.activity(eve, alias, None, 9).await.unwrap().is_empty());
    assert!(!store.set_record_activity(eve, alias, false).await.unwrap());
    assert_eq!(store.activity(ann, alias, None, 9).await.unwrap().len(), 1);
    store.record(AliasId(9999), Outcome::Sealed, 1, NOW).await.unwrap();
    store.delete_alias(ann, alias).await.unwrap();
    store.record(alias, Outcome::Sealed, 1, NOW).await.unwrap();
    assert!(store.activity(ann, alias, None, 9).await.unwrap().is_empty());
}

pub async fn what_is_not_to_be_recorded_is_not_and_what_was_is_gone(store: Db) {
    let (ann, alias) = alias(&store).await;
    assert!(
        store.alias(ann, alias).await.unwrap().unwrap().record_activity,
        "at first"
    );
    store.record(alias, Outcome::Sealed, 1, NOW).await.unwrap();
    assert!(store.set_record_activity(ann, alias, false).await.unwrap());
    store.record(alias, Outcome::Sealed, 1, NOW).await.unwrap();
    assert!(store.activity(ann, alias, None, 9).await.unwrap().is_empty());
    assert!(!store.alias(ann, alias).await.unwrap().unwrap().record_activity);
    assert!(store.set_record_activity(ann, alias, true).await.unwrap());
    assert!(store.activity(ann, alias, None, 9).await.unwrap().is_empty());
    store.record(alias, Outcome::Relayed, 1, NOW).await.unwrap();
    assert_eq!(store.activity(ann, alias, None, 9).await.unwrap().len(), 1);
}

pub async fn activity_is_kept_thirty_days_and_no_more_than_ten_thousand(store: Db) {
    let (ann, alias) = alias(&store).await;
    store.record(alias, Outcome::Sealed, 1, NOW).await.unwrap();
    store.record(alias, Outcome::Relayed, 1, NOW + DAY).await.unwrap();
    store.prune(NOW + 30 * DAY - Duration::SECOND).await.unwrap();
    assert_eq!(store.activity(ann, alias, None, 9).await.unwrap().len(), 2);
    store.prune(NOW + 30 * DAY).await.unwrap();
    let left = store.activity(ann, alias, None, 9).await.unwrap();
    assert_eq!(outcomes(&left), [Outcome::Relayed]);

    let many = "INSERT INTO activity (alias_id, at, outcome, octets) \
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001) \
                SELECT aliases.id, mailboxes.created_at, 'refused', 0 FROM n, aliases, mailboxes";
    execute(&store, many).await;
    store.prune(NOW).await.unwrap();
    let left = store.activity(ann, alias, None, 20_000).await.unwrap();
    assert_eq!(left.len(), 10_000);
    assert!(
        left.iter().all(|event| event.outcome == Outcome::Refused),
        "the oldest are gone"
    );
}

pub async fn an_unknown_outcome_is_damage(store: Db) {
    let (ann, alias) = alias(&store).await;
    store.record(alias, Outcome::Sealed, 1, NOW).await.unwrap();
    execute(&store, "UPDATE activity SET outcome = 'eaten'").await;
    let read = store.activity(ann, alias, None, 9).await;
    assert!(matches!(read, Err(StoreError::Damaged("outcome"))), "{read:?}");
}

pub async fn names_and_switches_are_the_accounts_own(store: Db) {
    let (ann, alias) = alias(&store).await;
    let (eve, hers) = account(&store, "eve@example.org").await;
    let own = store.alias(ann, alias).await.unwrap().unwrap();
    assert_eq!((own.local.as_str(), own.name.as_str()), ("amber-otter", ""));
    assert_eq!((own.mailbox, own.enabled), (address("ann@example.org"), true));
    assert!(store.set_alias_name(ann, alias, "Änn \"Lee\"").await.unwrap());
    assert_eq!(store.alias(ann, alias).await.unwrap().unwrap().name, "Änn \"Lee\"");
    assert!(store.alias(eve, alias).await.unwrap().is_none());
    assert!(!store.set_alias_name(eve, alias, "Eve").await.unwrap());
    assert_eq!(store.aliases(ann).await.unwrap()[0].name, "Änn \"Lee\"");

    let mailbox = store.mailboxes(ann).await.unwrap()[0].clone();
    assert!(!mailbox.encrypted_replies_only, "at first");
    assert!(store.set_encrypted_replies_only(ann, mailbox.id, true).await.unwrap());
    assert!(!store.set_encrypted_replies_only(eve, mailbox.id, false).await.unwrap());
    assert!(
        store
            .mailbox(ann, mailbox.id)
            .await
            .unwrap()
            .unwrap()
            .encrypted_replies_only
    );
    assert!(!store.mailbox(eve, hers).await.unwrap().unwrap().encrypted_replies_only);
}

pub async fn a_route_is_found_by_id_as_by_name(store: Db) {
    let (ann, alias) = alias(&store).await;
    let route = store.route_of(alias).await.unwrap().unwrap();
    assert_eq!((route.alias, route.local.as_str()), (alias, "amber-otter"));
    assert!(store.route_of(AliasId(alias.0 + 1)).await.unwrap().is_none());
    store.set_alias_enabled(ann, alias, false).await.unwrap();
    assert!(store.route_of(alias).await.unwrap().is_none());
}

/// Around the store, as a bad disk or a later version would.
async fn execute(store: &Db, statement: &'static str) {
    let raw = Database::connect(store.url.as_str()).await.unwrap();
    raw.execute_unprepared(statement).await.unwrap();
}
