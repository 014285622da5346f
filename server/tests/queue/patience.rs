//! The next hop is down, for an hour and for good; by a clock that the test moves.

use std::sync::Arc;

use app::api::activity::Outcome;
use server::{
    clock::Clock,
    config::{Destination, Switch},
    store::queue::Busy,
};
use test_support::dns::{Dns, Record};
use time::Duration;

use crate::{
    queue::{
        sink::{Answer, Letter, Sink},
        until, witness,
    },
    support::{
        clock::TestClock,
        home::{Home, SECRET, letter},
    },
};

/// A relay with an active profile that delivers to a sink; senders at example.com are authenticated if there is a DNS.
pub async fn relay(clock: &Arc<TestClock>, delivery: &str, dns: Option<&Dns>) -> Home {
    let (delivery, dns) = (Destination::parse(delivery, None).unwrap(), dns.map(|dns| dns.address));
    let home = Home::by(Arc::<TestClock>::clone(clock), |config| {
        config.delivery = delivery;
        config.dns = dns;
        config.sender_auth = if dns.is_some() { Switch::On } else { Switch::Off };
    })
    .await;
    home.activate().await;
    home
}

/// Vouches for Bob, and for Ann's provider.
pub fn example_com() -> Dns {
    let allowed = "v=spf1 ip4:127.0.0.1 -all";
    Dns::start(&[Record::Txt("example.com", allowed), Record::Txt("example.org", allowed)])
}

pub async fn deliver(home: &Home, from: &str, to: &str, message: &str) {
    let said = home.send(from, to, message).await;
    assert!(said.starts_with("250"), "{said}");
}

/// Nothing waits any more.
pub async fn empty(home: &Home) {
    until("the queue is empty", || async {
        home.store.depth().await.unwrap().waiting == 0
    })
    .await;
}

/// Lets time pass until the next try, and that try come to an end; `false` where nothing waits.
pub async fn next_try(home: &Home, clock: &TestClock) -> bool {
    let due = || async { home.store.next_due(&Busy::default()).await.unwrap() };
    let Some(next) = due().await else { return false };
    clock.forward((next - clock.now()).max(Duration::ZERO));
    home.relay.wake();
    until("what is due was tried", || async {
        due().await.is_none() || was_tried(home, clock).await
    })
    .await;
    true
}

/// Whether something waits, and all that does is put off.
pub async fn was_tried(home: &Home, clock: &TestClock) -> bool {
    let next = home.store.next_due(&Busy::default()).await.unwrap();
    next.is_some_and(|next| next > clock.now()) && home.store.depth().await.unwrap().leased == 0
}

/// The relay address of the contact, as the person's client sees it.
pub fn relay_address(letter: &Letter) -> String {
    letter.field("From").split(['<', '>']).nth(1).unwrap().to_owned()
}

fn no_mailbox_in(text: &str) {
    for secret in ["ann@", "example.org", "provider", SECRET, "450 4", "550 5"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[tokio::test]
async fn what_waits_an_hour_arrives() {
    let clock = Arc::new(TestClock::new());
    let address = test_support::ports::free();
    let home = relay(&clock, &format!("smtp://{address}"), None).await;
    let start = clock.now();
    for _ in 0..3 {
        deliver(&home, "bob@example.com", &home.alias, &letter(&home.alias, SECRET)).await;
    }
    until("all were tried", || async { was_tried(&home, &clock).await }).await;
    let mut tries = 0;
    while clock.now() < start + Duration::HOUR {
        assert!(next_try(&home, &clock).await);
        tries += 1;
    }
    // Pauses from 1 to 2 minutes up to 32 to 64: five or six tries of each.
    assert!((12..=19).contains(&tries), "{tries}");
    let sink = Sink::start_at(address, |_| Answer::Takes);
    while next_try(&home, &clock).await {}
    assert_eq!(sink.arrived().len(), 3);
    assert_eq!(sink.tries(), 3);
    assert!(clock.now() < start + Duration::hours(5));
    let activity = home.activity().await;
    let count = |outcome| activity.iter().filter(|each| **each == outcome).count();
    for outcome in [Outcome::Sealed, Outcome::Delayed, Outcome::Delivered] {
        assert_eq!(count(outcome), 3, "{activity:?}");
    }
    assert_eq!(activity[activity.len() - 1], Outcome::Delivered);
    home.relay.stop().await;
}

#[tokio::test]
async fn after_five_days_an_authenticated_sender_is_told_and_learns_nothing() {
    let (clock, dns) = (Arc::new(TestClock::new()), example_com());
    let sink = Sink::start(|letter| match letter.to.as_str() {
        "ann@example.org" => Answer::Later,
        _ => Answer::Takes,
    });
    let home = relay(&clock, &sink.url(), Some(&dns)).await;
    let start = clock.now();
    deliver(&home, "bob@example.com", &home.alias, &letter(&home.alias, SECRET)).await;
    while next_try(&home, &clock).await {
        assert!(
            sink.arrived().is_empty() || clock.now() >= start + Duration::days(5),
            "too early"
        );
    }
    assert_eq!(clock.now().date(), (start + Duration::days(5)).date());
    assert!((40..=100).contains(&sink.tries()), "{}", sink.tries());
    let told = sink.arrived();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].from.as_str(), told[0].to.as_str()), ("", "bob@example.com"));
    no_mailbox_in(&told[0].data);
    let report = witness::report(told[0].data.as_bytes());
    assert_eq!((report.status.as_str(), report.diagnostic), ("4.4.7", None));
    assert_eq!(report.recipient, format!("rfc822; {}", home.alias));
    assert!(report.text.contains(&home.alias) && report.originals.is_empty());
    assert_eq!(
        home.activity().await,
        [Outcome::Sealed, Outcome::Delayed, Outcome::Undeliverable]
    );
    home.relay.stop().await;
}

#[tokio::test]
async fn nobody_else_is_told() {
    let clock = Arc::new(TestClock::new());
    let sink = Sink::start(|_| Answer::Never);
    let home = relay(&clock, &sink.url(), None).await;
    deliver(&home, "bob@example.com", &home.alias, &letter(&home.alias, SECRET)).await;
    empty(&home).await;
    assert_eq!(
        sink.tries(),
        1,
        "a lasting refusal is not tried again, and there is no report"
    );
    assert_eq!(home.activity().await, [Outcome::Sealed, Outcome::Undeliverable]);
    // Nor is a bounce.
    let dns = example_com();
    let home = relay(&clock, &sink.url(), Some(&dns)).await;
    deliver(&home, "", &home.alias, &letter(&home.alias, SECRET)).await;
    empty(&home).await;
    assert_eq!(sink.tries(), 2);
}

#[tokio::test]
async fn a_machine_that_is_authenticated_is_told_too() {
    let (clock, dns) = (Arc::new(TestClock::new()), example_com());
    let sink = Sink::start(|letter| match letter.to.as_str() {
        "ann@example.org" => Answer::Never,
        _ => Answer::Takes,
    });
    let home = relay(&clock, &sink.url(), Some(&dns)).await;
    let automatic = format!("Auto-Submitted: auto-generated\r\n{}", letter(&home.alias, SECRET));
    deliver(&home, "bob@example.com", &home.alias, &automatic).await;
    empty(&home).await;
    let told = sink.arrived();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].from.as_str(), told[0].to.as_str()), ("", "bob@example.com"));
}

#[tokio::test]
async fn a_lasting_refusal_is_reported_at_once() {
    let (clock, dns) = (Arc::new(TestClock::new()), example_com());
    let sink = Sink::start(|letter| match letter.to.as_str() {
        "ann@example.org" => Answer::Never,
        _ => Answer::Takes,
    });
    let home = relay(&clock, &sink.url(), Some(&dns)).await;
    deliver(&home, "bob@example.com", &home.alias, &letter(&home.alias, SECRET)).await;
    empty(&home).await;
    let told = sink.arrived();
    assert_eq!((told.len(), sink.tries()), (1, 2));
    no_mailbox_in(&told[0].data);
    assert_eq!(witness::report(told[0].data.as_bytes()).status, "5.0.0");
}

#[tokio::test]
async fn a_person_is_told_under_seal_what_was_said() {
    for (answer, status) in [
        ((|| Answer::Never) as fn() -> Answer, "5.0.0"),
        (|| Answer::Later, "4.4.7"),
    ] {
        let (clock, dns) = (Arc::new(TestClock::new()), example_com());
        let sink = Sink::start(move |letter| match letter.to.as_str() {
            "bob@example.com" => answer(),
            _ => Answer::Takes,
        });
        let home = relay(&clock, &sink.url(), Some(&dns)).await;
        deliver(&home, "bob@example.com", &home.alias, &letter(&home.alias, SECRET)).await;
        empty(&home).await;
        let contact = relay_address(&sink.arrived()[0]);
        deliver(
            &home,
            "ann@example.org",
            &contact,
            &home.answer(&contact, "My answer to you."),
        )
        .await;
        while next_try(&home, &clock).await {}
        let told = sink.arrived().pop().unwrap();
        assert_eq!(sink.arrived().len(), 2);
        assert_eq!((told.from.as_str(), told.to.as_str()), ("", "ann@example.org"));
        for secret in ["bob@", "My answer", "refused", "multipart/report"] {
            assert!(!told.data.contains(secret), "{secret}: {}", told.data);
        }
        let report = witness::report(&home.open(told.data.as_bytes()));
        assert_eq!(report.status, status);
        assert_eq!(report.recipient, "rfc822; bob@example.com");
        assert!(report.text.contains("bob@example.com"), "{}", report.text);
        let said = report.diagnostic.unwrap();
        assert!(
            said.starts_with("smtp; ") && (said.contains("550") || said.contains("450")),
            "{said}"
        );
        assert!(
            report.originals[0].contains("My answer to you."),
            "{:?}",
            report.originals
        );
        let activity = home.activity().await;
        assert_eq!(activity[activity.len() - 1], Outcome::Undeliverable, "{activity:?}");
    }
}
