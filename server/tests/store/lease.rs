//! Leases of the queue's items, by two processes on one database, and what several messages write together.

use std::collections::HashSet;

use server::{
    store::{
        Store, StoreError,
        accepted::{Accepted, ReplyMark},
        activity::{ActivityEvent, Outcome},
        attempt::Counted,
        clock_mark::Course,
        queue::{Busy, NewItem, Settled, State},
    },
    vault::{Locked, Token},
};
use time::{Duration, OffsetDateTime};

use super::{
    DAY, Db, NOW, address,
    gone::{item, put},
    outside, verified,
};

async fn lease(store: &Store, now: OffsetDateTime) -> HashSet<Token> {
    let leased = store.lease_due(now, &Busy::default(), 100).await.unwrap();
    leased.into_iter().map(|item| item.token).collect()
}

fn put_off(token: Token) -> Settled {
    let state = State::PutOff {
        attempts: 1,
        until: NOW + DAY,
    };
    Settled {
        token,
        state,
        event: None,
        now: NOW,
    }
}

fn handed_over(token: Token) -> Settled {
    Settled {
        state: State::HandedOver,
        ..put_off(token)
    }
}

pub async fn an_item_is_leased_to_one_process_until_the_lease_ends(first: Db) {
    let second = Store::connect(&first.url).await.unwrap();
    let held = NewItem {
        held: true,
        ..item(None)
    };
    let (held, free) = (put(&first, held).await, put(&first, item(None)).await);
    assert_eq!(lease(&second, NOW).await, [free].into());
    assert!(lease(&first, NOW).await.is_empty());
    let end = NOW + first.lease_time();
    let renewed = first.renew_leases(&[held, free], NOW + Duration::SECOND).await.unwrap();
    assert_eq!(renewed, [held].into());
    assert_eq!(
        lease(&first, end).await,
        [free].into(),
        "the other's was not renewed, its own was"
    );
    assert_eq!(first.depth().await.unwrap().leased, 2);
    // The first process wakes up after the second has taken over.
    let late = end + Duration::SECOND;
    assert_eq!(lease(&second, late).await, [held].into());
    first.settle(put_off(held)).await.unwrap();
    assert!(
        !lease(&second, NOW + DAY).await.is_empty(),
        "put off by whoever has it not"
    );
    let report = Accepted {
        instead_of: Some(held),
        ..Accepted::default()
    };
    assert!(matches!(first.accept(report.clone(), NOW).await, Err(StoreError::Gone)));
    second.end_leases(&[held], NOW).await.unwrap();
    assert_eq!(lease(&first, NOW).await, [held].into());
    first.accept(report, NOW).await.unwrap();
    assert!(first.queued_message(held).await.unwrap().is_none());
}

pub async fn what_was_handed_over_is_not_put_off_by_whoever_was_slower(first: Db) {
    let second = Store::connect(&first.url).await.unwrap();
    let token = put(&first, item(None)).await;
    assert_eq!(lease(&first, NOW).await, [token].into());
    let end = NOW + first.lease_time();
    assert_eq!(lease(&second, end).await, [token].into());
    // It went out twice; that the first try went well is enough.
    first.settle(handed_over(token)).await.unwrap();
    second.settle(put_off(token)).await.unwrap();
    assert!(second.find_handed_over(token).await.unwrap().is_some());
    assert!(lease(&second, NOW + DAY * 2).await.is_empty());
}

pub async fn two_processes_lease_everything_once(first: Db) {
    let second = Store::connect(&first.url).await.unwrap();
    let mut all = HashSet::new();
    for _ in 0..60 {
        all.insert(put(&first, item(None)).await);
    }
    let busy = Busy::default();
    let mut leased = Vec::new();
    loop {
        let (one, other) = tokio::join!(first.lease_due(NOW, &busy, 7), second.lease_due(NOW, &busy, 7));
        let both: Vec<_> = one
            .unwrap()
            .into_iter()
            .chain(other.unwrap())
            .map(|item| item.token)
            .collect();
        if both.is_empty() {
            break;
        }
        leased.extend(both);
    }
    assert_eq!(leased.len(), all.len());
    assert_eq!(leased.into_iter().collect::<HashSet<_>>(), all);
}

/// Starts everything at once, so that some of it waits while the first is committed.
async fn all_at_once(store: &Store, all: Vec<Accepted>) -> Vec<Result<(), StoreError>> {
    let started = all.into_iter().map(|accepted| {
        let store = store.clone();
        tokio::spawn(async move { store.accept(accepted, NOW).await })
    });
    let mut results = Vec::new();
    for each in started.collect::<Vec<_>>() {
        results.push(each.await.unwrap());
    }
    results
}

pub async fn one_message_that_fails_takes_no_other_along(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let alias = store.create_alias(mailbox, "amber-otter", "", NOW).await.unwrap();
    store.set_record_activity(ann, alias, true).await.unwrap();
    let (bob, relay) = (outside("bob@example.com"), address("r-1@relay.example"));
    let contact = store.contact(alias, &bob, &relay, NOW).await.unwrap();
    let event = ActivityEvent {
        alias,
        outcome: Outcome::Sealed,
        octets: 7,
    };
    let counted = Counted {
        key: [9; 16],
        window: DAY,
    };
    let good = || Accepted {
        items: vec![item(Some(mailbox))],
        events: vec![event],
        contacts: vec![contact.id],
        keys: vec![contact.keys],
        counted: vec![counted],
        ..Accepted::default()
    };
    let reply = ReplyMark {
        mailbox: mailbox.0,
        digest: [1; 16],
    };
    let mut all = Vec::new();
    for _ in 0..10 {
        all.push(good());
    }
    // Two replies with one mark, of which one is stored.
    all.extend((0..2).map(|_| Accepted {
        replies: vec![reply],
        items: vec![item(None)],
        ..Accepted::default()
    }));
    // A report in the place of something that is not there.
    all.push(Accepted {
        items: vec![item(None)],
        instead_of: Some(Token([8; 16])),
        ..Accepted::default()
    });
    // Two items of one name: an error of the database.
    let twin = item(None);
    all.extend((0..2).map(|_| Accepted {
        items: vec![twin.clone()],
        ..Accepted::default()
    }));
    all.extend((0..10).map(|_| good()));
    let results = all_at_once(&store, all).await;
    let failed: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert_eq!(failed.len(), 3, "{failed:?}");
    assert_eq!(
        failed.iter().filter(|error| matches!(error, StoreError::Gone)).count(),
        1
    );
    assert_eq!(store.depth().await.unwrap().waiting, 22);
    assert_eq!(store.activity(ann, alias, None, 100).await.unwrap().len(), 20);
    assert_eq!(store.attempts(&[9; 16], DAY, NOW).await.unwrap().unwrap().count, 20);
    assert_eq!(store.alias(ann, alias).await.unwrap().unwrap().relayed, 20);
}

pub async fn nothing_is_stored_with_keys_that_are_gone(store: Db) {
    let (_, mailbox) = verified(&store, "ann@example.org").await;
    let alias = store.create_alias(mailbox, "amber-otter", "", NOW).await.unwrap();
    let contact = async |name: &str| {
        let relay = address(&format!("r-{name}@relay.example"));
        store
            .contact(alias, &outside(&format!("{name}@example.com")), &relay, NOW)
            .await
            .unwrap()
    };
    let (old, later) = (contact("old").await, NOW + DAY);
    assert_eq!(store.remove_unused_keys(NOW, later).await.unwrap(), 1);
    let new = contact("new").await;
    let with = |keys| Accepted {
        items: vec![item(Some(mailbox))],
        keys: vec![keys],
        ..Accepted::default()
    };
    let all = (0..20).map(|number| with(if number % 2 == 0 { old.keys } else { new.keys }));
    let results = all_at_once(&store, all.collect()).await;
    for (number, result) in results.iter().enumerate() {
        assert_eq!(result.is_ok(), number % 2 == 1, "{number}: {result:?}");
    }
    assert_eq!(store.depth().await.unwrap().waiting, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_sqlite_the_next_process_takes_over_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("sealpost.db").display());
    let first = Store::connect(&url).await.unwrap();
    let held = NewItem {
        held: true,
        message: Locked::from_stored(vec![3]),
        ..item(None)
    };
    let held = put(&first, held).await;
    drop(first);
    let second = Store::connect(&url).await.unwrap();
    assert!(lease(&second, NOW).await.is_empty());
    second.end_leases_of_the_dead(NOW).await.unwrap();
    assert_eq!(lease(&second, NOW).await, [held].into());
    second.end_leases_of_the_dead(NOW).await.unwrap();
    assert!(lease(&second, NOW).await.is_empty(), "its own is not the dead's");
}

pub async fn what_a_clock_that_was_ahead_has_put_off_is_called_back(store: Db) {
    const LONGEST: Duration = Duration::hours(4);
    let dead = Store::connect(&store.url).await.unwrap();
    let held = NewItem {
        held: true,
        ..item(None)
    };
    let (leased, waits) = (put(&dead, held).await, put(&store, item(None)).await);
    dead.renew_leases(&[leased], NOW + DAY).await.unwrap();
    store.settle(put_off(waits)).await.unwrap();
    assert!(lease(&store, NOW).await.is_empty());
    assert_eq!(store.call_back(LONGEST, NOW).await.unwrap(), 2);
    assert_eq!(lease(&store, NOW).await, [leased, waits].into());
    // Items that wait within the bound keep their time.
    assert_eq!(store.call_back(LONGEST, NOW).await.unwrap(), 0);
}

pub async fn a_window_that_began_while_the_clock_was_ahead_counts_no_more(store: Db) {
    let (key, hour) = ([7; 16], Duration::HOUR);
    let later = NOW + DAY * 30;
    assert_eq!(store.count_attempts(&key, 5, hour, later).await.unwrap().count, 5);
    assert!(store.attempts(&key, hour, NOW).await.unwrap().is_none());
    let now = store.count_attempts(&key, 1, hour, NOW).await.unwrap();
    assert_eq!((now.count, now.ends), (1, NOW + hour));
    assert_eq!(store.count_attempts(&key, 1, hour, NOW).await.unwrap().count, 2);
}

pub async fn time_counts_once_it_has_gone_on_for_a_week(store: Db) {
    for (moment, course) in [
        (NOW, Course::Unsettled),
        (NOW + DAY * 6, Course::Unsettled),
        (NOW + DAY * 7, Course::Steady),
        // A relay that was off for some days.
        (NOW + DAY * 13, Course::Steady),
        // The clock is months ahead for an hour, and then right again.
        (NOW + DAY * 200, Course::Unsettled),
        (NOW + DAY * 200 + Duration::HOUR, Course::Unsettled),
        (NOW + DAY * 14, Course::Back),
        (NOW + DAY * 20, Course::Unsettled),
        (NOW + DAY * 21, Course::Steady),
        // Another process's clock.
        (NOW + DAY * 22, Course::Steady),
        (NOW + DAY * 22 - Duration::MINUTE, Course::Steady),
    ] {
        assert_eq!(store.mark_clock(moment).await.unwrap(), course, "{moment}");
    }
}
