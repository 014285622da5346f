//! A next hop that takes its time.

use std::time::{Duration, Instant};

use app::api::alias::AliasId;
use server::deliver::Destination;

use crate::{
    home::{Home, SECRET, letter},
    program::Program,
    sender::{Senders, id},
    sink::{Answer, Sink},
    threads, until,
};

#[tokio::test]
async fn one_slow_domain_holds_up_neither_senders_nor_other_domains() {
    let sink = Sink::start(|letter| match letter.to.ends_with("@example.org") {
        true => Answer::TakesAfter(Duration::from_secs(3)),
        false => Answer::Takes,
    });
    let delivery = Destination::parse(&sink.url(), None).unwrap();
    let home = Home::with(|config| config.delivery = delivery).await;
    home.activate().await;
    let fast = home.clear_mailbox("carol@fast.example", "quick-fox-001").await;
    let started = Instant::now();
    for alias in [
        &home.alias,
        &home.alias,
        &home.alias,
        &home.alias,
        &home.alias,
        &home.alias,
        &fast,
        &fast,
        &fast,
        &fast,
    ] {
        let said = home.send("bob@example.com", alias, &letter(alias, SECRET)).await;
        assert!(said.starts_with("250"), "{said}");
    }
    let answered = started.elapsed();
    let count = |domain: &str| {
        sink.arrived()
            .iter()
            .filter(|letter| letter.to.ends_with(domain))
            .count()
    };
    until("the fast domain has its mail", 10, || async {
        count("@fast.example") == 4
    })
    .await;
    let (fast_through, slow_by_then) = (started.elapsed(), count("@example.org"));
    until("the slow one, too", 30, || async { count("@example.org") == 6 }).await;
    eprintln!(
        "answered after {answered:?}, fast ones through after {fast_through:?}, slow ones after {:?}",
        started.elapsed()
    );
    assert!(slow_by_then < 6, "the fast ones waited for the slow ones");
    // Two lanes of three seconds each.
    assert!(started.elapsed() >= Duration::from_secs(9), "more lanes than allowed");
    home.relay.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_it_ends_within_30_seconds_and_what_was_not_through_goes_next_time() {
    let home = Home::new().await;
    home.activate().await;
    home.relay.stop().await;
    let sink = Sink::start(|_| Answer::TakesAfter(Duration::from_secs(120)));
    let program = Program::start(home.folder.path(), &sink.url());
    let senders = Senders::start(2, &home.alias, Duration::from_millis(10));
    senders.relay_at(Some(program.smtp()));
    until("some mail is accepted", 30, || async { senders.accepted() > 20 }).await;
    until("some is on its way", 30, || async { sink.tries() > 3 }).await;
    let told = Instant::now();
    let status = program.terminate();
    let took = told.elapsed();
    senders.relay_at(None);
    let (accepted, _) = senders.stop();
    eprintln!("ended after {took:?}, {} accepted", accepted.len());
    assert!(status.success());
    assert!(took < Duration::from_secs(32), "{took:?}");
    assert!(sink.arrived().is_empty());

    sink.now(|_| Answer::Takes);
    let program = Program::start(home.folder.path(), &sink.url());
    until("the queue is empty", 60, || async {
        home.store.depth().await.unwrap().waiting == 0
    })
    .await;
    assert!(program.terminate().success());
    let arrived: Vec<_> = sink.arrived().iter().map(|letter| letter.field("Message-ID")).collect();
    let threads = threads(&home.store);
    for number in accepted {
        assert!(
            arrived.contains(&format!("<{}>", threads.made(AliasId(1), &id(number)))),
            "{number}"
        );
    }
}
