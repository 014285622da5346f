//! The database goes away and comes back.

use std::time::Duration;

use app::id::AliasId;
use server::config::Destination;
use test_support::postgres::Postgres;
use zeroize::Zeroizing;

use crate::{
    queue::{
        sender::{Senders, id},
        sink::{Answer, Sink},
        threads, until,
    },
    support::home::Home,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_the_database_is_away_mail_is_put_off_and_none_is_lost() {
    let server = Postgres::start();
    let url = Zeroizing::new(server.database());
    let sink = Sink::start(|_| Answer::TakesAfter(Duration::from_millis(100)));
    let delivery = Destination::parse(&sink.url(), None).unwrap();
    let home = Home::with(|config| {
        config.database_url = url;
        config.delivery = delivery;
        config.first_pause = Duration::from_secs(1);
    })
    .await;
    home.activate().await;
    let senders = Senders::start(3, &home.alias, Duration::from_millis(10));
    senders.relay_at(Some(home.relay.smtp));
    until("some mail is accepted", || async { senders.accepted() > 20 }).await;
    for _ in 0..3 {
        let refused = senders.answers().get("451 4.3.0").copied().unwrap_or_default();
        server.stop();
        let now = || senders.answers().get("451 4.3.0").copied().unwrap_or_default();
        until("mail is put off", || async { now() >= refused + 3 }).await;
        server.start_again();
        let before = senders.accepted();
        until("mail is accepted again", || async { senders.accepted() > before + 10 }).await;
    }
    let answers = senders.answers();
    let (accepted, _) = senders.stop();
    until("the queue is empty", || async {
        home.store.depth().await.unwrap().waiting == 0
    })
    .await;
    let arrived: Vec<_> = sink.arrived().iter().map(|letter| letter.field("Message-ID")).collect();
    let threads = threads(&home.store);
    let lost: Vec<_> = accepted
        .iter()
        .filter(|number| !arrived.contains(&format!("<{}>", threads.derive(AliasId(1), &id(**number)))))
        .collect();
    eprintln!(
        "answers {answers:?}; {} accepted, {} arrived, {} lost",
        accepted.len(),
        arrived.len(),
        lost.len()
    );
    assert!(lost.is_empty(), "{lost:?}");
    assert!(
        answers
            .keys()
            .all(|answer| ["250 2.0.0", "451 4.3.0"].contains(&answer.as_str())),
        "{answers:?}"
    );
    home.relay.stop().await;
}
