//! Killed at any moment, under load, with a next hop that fails at random.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use app::id::AliasId;
use time::OffsetDateTime;

use crate::{
    queue::{
        HANG,
        program::Program,
        sender::{Senders, id, marker},
        sink::{Answer, Sink},
        threads, until,
    },
    support::home::Home,
};

const KILLS: u32 = 200;
/// As [`Program`] is told: no more are on their way to the next hop at a time.
const LANES: usize = 8;
/// Messages that are opened and read; of the others the identifier is enough.
const READ: usize = 3;

fn random(below: u64) -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    u64::from_le_bytes(bytes) % below
}

fn moody() -> Answer {
    match random(100) {
        0..10 => Answer::Later,
        10..20 => Answer::Breaks,
        20..40 => Answer::TakesAfter(Duration::from_millis(random(300))),
        _ => Answer::Takes,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_200_random_moments_nothing_accepted_is_lost() {
    let home = Home::new().await;
    home.activate().await;
    home.relay.stop().await;
    let folder = home.folder.path();
    let sink = Sink::start(|_| moody());
    let senders = Senders::start(4, &home.alias, Duration::from_millis(15));
    let started = Instant::now();
    let mut awake = 0;
    for kill in 0..KILLS {
        let program = Program::start(folder, &sink.url());
        // One in four may die while it starts, the others under load, however long it takes them to get there.
        let start = if kill % 4 == 0 {
            Duration::from_millis(random(700))
        } else {
            HANG
        };
        if let Some(address) = program.smtp_within(start) {
            awake += 1;
            senders.relay_at(Some(address));
            let (before, more) = (senders.accepted(), random(8) as usize);
            until("some mail is accepted", || async {
                senders.accepted() >= before + more
            })
            .await;
            std::thread::sleep(Duration::from_millis(random(50)));
        }
        program.kill();
        senders.relay_at(None);
    }
    let killing = started.elapsed();
    let (accepted, tried) = senders.stop();
    let waiting = home.store.depth().await.unwrap().waiting;

    sink.now(|_| Answer::Takes);
    home.store.make_all_due(OffsetDateTime::now_utc()).await.unwrap();
    let program = Program::start(folder, &sink.url());
    program.smtp();
    until("the queue is empty", || async {
        home.store.depth().await.unwrap().waiting == 0
    })
    .await;
    assert!(program.terminate().success());

    let letters = sink.arrived();
    let mut arrived: HashMap<String, Vec<&str>> = HashMap::new();
    for letter in &letters {
        let id = letter.field("Message-ID").trim_matches(['<', '>']).to_owned();
        arrived.entry(id).or_default().push(&letter.data);
    }
    let threads = threads(&home.store);
    let lost: Vec<_> = accepted
        .iter()
        .filter(|number| !arrived.contains_key(&threads.derive(AliasId(1), &id(**number))))
        .collect();
    let again = letters.len() - arrived.len();
    eprintln!(
        "{KILLS} kills in {killing:?}, {awake} of them after the start; {tried} messages tried, {} accepted, {} arrived, \
         {waiting} waited at the last start, {} lost, {again} came again, {} tries, all in {:?}",
        accepted.len(),
        arrived.len(),
        lost.len(),
        sink.tries(),
        started.elapsed(),
    );
    assert!(lost.is_empty(), "{lost:?}");
    assert!(awake > KILLS / 4 && accepted.len() > 200, "there was no load");
    assert!(again <= KILLS as usize * LANES, "{again}");
    for (id, copies) in &arrived {
        assert!(copies.iter().all(|copy| *copy == copies[0]), "{id}: the copies differ");
    }
    for number in accepted.iter().rev().take(READ) {
        let entity = home.open(arrived[&threads.derive(AliasId(1), &id(*number))][0].as_bytes());
        assert!(String::from_utf8(entity).unwrap().contains(&marker(*number)));
    }
    assert!(!home.data_holds("and no other."), "plain text on the disk");
}
