//! What waits in the clear: at every try it is asked anew whether it may still go so.

use std::sync::Arc;

use app::{api::activity::Outcome, id::MailboxId};
use server::config::Destination;
use test_support::dns::Dns;

use crate::{
    queue::{
        patience::{deliver, empty, example_com, next_try, relay_address, was_tried},
        sink::{Answer, Sink},
        until, witness,
    },
    support::{
        clock::TestClock,
        home::{Home, SECRET, letter},
    },
};

/// A relay whose person has no active profile and the kill switch off; the next hop of the mailbox does not take mail yet.
async fn waiting(clock: &Arc<TestClock>) -> (Home, Sink, Dns) {
    let (dns, sink) = (example_com(), Sink::start(|_| Answer::Later));
    let (delivery, server) = (Destination::parse(&sink.url(), None).unwrap(), dns.address);
    let home = Home::by(Arc::<TestClock>::clone(clock), |config| {
        config.delivery = delivery;
        config.dns = Some(server);
        config.sender_auth = server::config::Switch::On;
    })
    .await;
    deliver(&home, "bob@example.com", &home.alias, &letter(&home.alias, SECRET)).await;
    until("it was tried", || async { was_tried(&home, clock).await }).await;
    assert_eq!(sink.tries(), 1);
    (home, sink, dns)
}

async fn mailbox(home: &Home) -> MailboxId {
    home.store.mailboxes(home.account).await.unwrap()[0].id
}

/// Nothing arrives but the report to the sender, which says nothing but where it was for.
async fn only_the_sender_is_told(home: &Home, sink: &Sink, clock: &TestClock) {
    sink.now(|_| Answer::Takes);
    while next_try(home, clock).await {}
    let told = sink.arrived();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].from.as_str(), told[0].to.as_str()), ("", "bob@example.com"));
    for secret in [SECRET, "ann@", "clear"] {
        assert!(!told[0].data.contains(secret), "{secret}: {}", told[0].data);
    }
    assert_eq!(witness::report(told[0].data.as_bytes()).status, "5.7.1");
    let activity = home.activity().await;
    assert_eq!(activity, [Outcome::Relayed, Outcome::Delayed, Outcome::Undeliverable]);
}

#[tokio::test]
async fn what_waits_in_the_clear_goes_where_nothing_has_changed() {
    let clock = Arc::new(TestClock::new());
    let (home, sink, _dns) = waiting(&clock).await;
    sink.now(|_| Answer::Takes);
    while next_try(&home, &clock).await {}
    let arrived = sink.arrived();
    assert_eq!(arrived.len(), 1);
    assert!(arrived[0].data.contains(SECRET));
}

#[tokio::test]
async fn no_path_leads_from_an_active_profile_to_plaintext_that_waited() {
    let clock = Arc::new(TestClock::new());
    let (home, sink, _dns) = waiting(&clock).await;
    home.activate().await;
    only_the_sender_is_told(&home, &sink, &clock).await;
}

#[tokio::test]
async fn the_kill_switch_stops_what_waits_in_the_clear() {
    let clock = Arc::new(TestClock::new());
    let (home, sink, _dns) = waiting(&clock).await;
    let id = mailbox(&home).await;
    assert!(home.store.set_kill_switch(home.account, id, true).await.unwrap());
    only_the_sender_is_told(&home, &sink, &clock).await;
}

#[tokio::test]
async fn a_report_in_the_clear_holds_nothing_of_the_reply() {
    let clock = Arc::new(TestClock::new());
    let (home, sink, _dns) = waiting(&clock).await;
    home.activate().await;
    only_the_sender_is_told(&home, &sink, &clock).await;
    deliver(&home, "bob@example.com", &home.alias, &letter(&home.alias, SECRET)).await;
    empty(&home).await;
    let contact = relay_address(&sink.arrived()[1]);
    sink.now(|letter| match letter.to.as_str() {
        "bob@example.com" => Answer::Later,
        _ => Answer::Takes,
    });
    let answer = home.answer(&contact, "My answer to you.");
    deliver(&home, "ann@example.org", &contact, &answer).await;
    // Meanwhile the person gives sealing up.
    home.sql("UPDATE profiles SET state = 'ready'").await;
    let id = mailbox(&home).await;
    assert!(home.store.set_kill_switch(home.account, id, false).await.unwrap());
    while next_try(&home, &clock).await {}
    let told = sink.arrived().pop().unwrap();
    assert_eq!((told.from.as_str(), told.to.as_str()), ("", "ann@example.org"));
    let report = witness::report(told.data.as_bytes());
    assert_eq!(report.recipient, "rfc822; bob@example.com");
    assert!(report.originals.is_empty(), "{:?}", report.originals);
    assert!(report.text.contains("is not attached"), "{}", report.text);
    assert!(!told.data.contains("My answer"), "{}", told.data);
}
