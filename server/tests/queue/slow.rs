//! A next hop that takes its time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use app::id::AliasId;
use server::{
    config::Destination,
    store::{
        accepted::Accepted,
        queue::{Busy, NewItem},
    },
};
use time::OffsetDateTime;

use crate::{
    queue::{
        HANG,
        program::Program,
        sender::{Senders, id},
        sink::{Answer, Door, Sink},
        threads, until,
    },
    store::gone::item,
    support::home::{Home, SECRET, letter},
};

/// As [`Home`] is told: so many messages go to one domain at once.
const PER_DOMAIN: usize = 2;

#[tokio::test]
async fn one_slow_domain_holds_up_neither_senders_nor_other_domains() {
    let (door, inside, most) = (Door::default(), AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let (held, seen) = (door.clone(), Arc::clone(&most));
    let sink = Sink::start(move |letter| {
        if letter.to.ends_with("@example.org") {
            seen.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            held.pass();
            inside.fetch_sub(1, Ordering::SeqCst);
        }
        Answer::Takes
    });
    let delivery = Destination::parse(&sink.url(), None).unwrap();
    let home = Home::with(|config| config.delivery = delivery).await;
    home.activate().await;
    let fast = home.clear_mailbox("carol@fast.example", "quick-fox-001").await;
    for alias in [&home.alias; 6].into_iter().chain([&fast; 4]) {
        let said = home.send("bob@example.com", alias, &letter(alias, SECRET)).await;
        assert!(said.starts_with("250"), "{said}");
    }
    let count = |domain: &str| {
        let arrived = sink.arrived();
        arrived.iter().filter(|letter| letter.to.ends_with(domain)).count()
    };
    until("the fast domain has its mail", || async { count("@fast.example") == 4 }).await;
    until("the slow one has as much as it may", || async {
        most.load(Ordering::SeqCst) == PER_DOMAIN
    })
    .await;
    assert_eq!(count("@example.org"), 0);
    door.open();
    until("the slow one has its mail, too", || async {
        count("@example.org") == 6
    })
    .await;
    assert_eq!(most.load(Ordering::SeqCst), PER_DOMAIN, "more lanes than allowed");
    home.relay.stop().await;
}

/// An account whose mail goes to several domains that never finish.
#[tokio::test]
async fn one_account_holds_up_no_other_one() {
    let (door, inside, most) = (
        Door::default(),
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicUsize::new(0)),
    );
    let (held, seen, highest) = (door.clone(), Arc::clone(&inside), Arc::clone(&most));
    let sink = Sink::start(move |letter| {
        if letter.to.ends_with(".slow.example") {
            highest.fetch_max(seen.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            held.pass();
            seen.fetch_sub(1, Ordering::SeqCst);
        }
        Answer::Takes
    });
    let delivery = Destination::parse(&sink.url(), None).unwrap();
    let home = Home::with(|config| config.delivery = delivery).await;
    let mut slow = Vec::new();
    for number in 0..4 {
        let (address, local) = (format!("eve@{number}.slow.example"), format!("slow-fox-{number}"));
        slow.push(home.other_mailbox(home.account, &address, &local).await);
    }
    let fast = home.clear_mailbox("carol@fast.example", "quick-fox-001").await;
    for alias in slow.iter().chain([&fast; 4]) {
        let said = home.send("bob@example.com", alias, &letter(alias, SECRET)).await;
        assert!(said.starts_with("250"), "{said}");
    }
    until("the other account has its mail", || async {
        sink.arrived()
            .iter()
            .filter(|letter| letter.to.ends_with("@fast.example"))
            .count()
            == 4
    })
    .await;
    until("the first one has its share", || async {
        inside.load(Ordering::SeqCst) == PER_DOMAIN
    })
    .await;
    door.open();
    until("the first one has its mail, too", || async {
        sink.arrived().len() == 8
    })
    .await;
    assert_eq!(most.load(Ordering::SeqCst), PER_DOMAIN, "the share of an account");
    home.relay.stop().await;
}

/// After a pause of its own, all mail to a domain may be due in one moment.
#[tokio::test]
async fn what_is_due_at_once_uses_no_more_lanes() {
    let sink = Sink::start(|_| Answer::Later);
    let delivery = Destination::parse(&sink.url(), None).unwrap();
    let home = Home::with(|config| config.delivery = delivery).await;
    home.activate().await;
    for _ in 0..6 {
        let said = home
            .send("bob@example.com", &home.alias, &letter(&home.alias, SECRET))
            .await;
        assert!(said.starts_with("250"), "{said}");
    }
    let now = OffsetDateTime::now_utc;
    until("all were put off", || async {
        let next = home.store.next_due(&Busy::default()).await.unwrap();
        next.is_some_and(|next| next > now()) && home.store.depth().await.unwrap().leased == 0
    })
    .await;
    let (door, inside, most) = (Door::default(), AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let (held, seen) = (door.clone(), Arc::clone(&most));
    sink.now(move |_| {
        seen.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        held.pass();
        inside.fetch_sub(1, Ordering::SeqCst);
        Answer::Takes
    });
    home.store.make_all_due(now()).await.unwrap();
    home.relay.wake();
    until("some are on their way", || async {
        most.load(Ordering::SeqCst) >= PER_DOMAIN
    })
    .await;
    door.open();
    until("all arrive", || async { sink.arrived().len() == 6 }).await;
    assert_eq!(most.load(Ordering::SeqCst), PER_DOMAIN, "more lanes than allowed");
    home.relay.stop().await;
}

/// Each outcome makes the worker look for more, which must not bring the whole backlog into memory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backlog_stays_in_the_database() {
    let home = Home::new().await;
    let now = OffsetDateTime::now_utc();
    for domain in 0..20 {
        let items = (0..100).map(|_| NewItem {
            domain: format!("{domain}.example"),
            // Nothing that opens: each try ends at once.
            ..item(None)
        });
        let accepted = Accepted {
            items: items.collect(),
            ..Accepted::default()
        };
        home.store.accept(accepted, now).await.unwrap();
    }
    home.relay.wake();
    let mut most = 0;
    until("some are leased", || async {
        home.store.depth().await.unwrap().leased > 0
    })
    .await;
    for _ in 0..100 {
        most = most.max(home.store.depth().await.unwrap().leased);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // Those that are held, those that one look brings, and those under way.
    assert!(most <= 300 + 100 + 50, "{most}");
    home.relay.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_it_waits_for_no_next_hop_and_what_was_not_through_goes_next_time() {
    let home = Home::new().await;
    home.activate().await;
    home.relay.stop().await;
    let sink = Sink::start(|_| Answer::TakesAfter(HANG));
    let program = Program::start(home.folder.path(), &sink.url());
    let senders = Senders::start(2, &home.alias, Duration::from_millis(10));
    senders.relay_at(Some(program.smtp()));
    until("some mail is accepted", || async { senders.accepted() > 20 }).await;
    until("some is on its way", || async { sink.tries() > 3 }).await;
    let status = program.terminate();
    senders.relay_at(None);
    let (accepted, _) = senders.stop();
    assert!(status.success());
    assert!(sink.arrived().is_empty(), "it waited for the next hop");

    sink.now(|_| Answer::Takes);
    let program = Program::start(home.folder.path(), &sink.url());
    until("the queue is empty", || async {
        home.store.depth().await.unwrap().waiting == 0
    })
    .await;
    assert!(program.terminate().success());
    let arrived: Vec<_> = sink.arrived().iter().map(|letter| letter.field("Message-ID")).collect();
    let threads = threads(&home.store);
    for number in accepted {
        assert!(
            arrived.contains(&format!("<{}>", threads.derive(AliasId(1), &id(number)))),
            "{number}"
        );
    }
}
