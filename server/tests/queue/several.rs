//! Several relays on one PostgreSQL, with load on all of them.

use std::{
    collections::HashMap,
    process::Command,
    time::{Duration, Instant},
};

use app::id::AliasId;
use test_support::postgres::Postgres;
use zeroize::Zeroizing;

use crate::{
    queue::{
        line::Line,
        program::Program,
        sender::{Senders, id},
        sink::{Answer, Door, Sink},
        threads, until,
    },
    support::home::Home,
};

/// Shorter than a fault lasts.
const LEASE: &str = "4";
const FAULT: Duration = Duration::from_secs(6);
/// So many messages each relay delivers at a time at most.
const LANES: usize = 8;

/// Relays on one database, each of which gets mail for an alias of its own.
struct Several {
    home: Home,
    server: Postgres,
    sink: Sink,
    url: String,
    lease: &'static str,
    relays: Vec<Relay>,
}

struct Relay {
    program: Option<Program>,
    line: Line,
    alias: AliasId,
    senders: Option<Senders>,
}

impl Several {
    async fn start(count: usize, pause: Duration) -> Self {
        Self::start_with(LEASE, count, pause).await
    }

    async fn start_with(lease: &'static str, count: usize, pause: Duration) -> Self {
        let server = Postgres::start();
        let (url, sink) = (server.database(), Sink::start(|_| Answer::Takes));
        let database = Zeroizing::new(url.clone());
        let home = Home::with(|config| config.database_url = database).await;
        home.activate().await;
        home.relay.stop().await;
        let mut all = Self {
            home,
            server,
            sink,
            url,
            lease,
            relays: Vec::new(),
        };
        for number in 0..count {
            let (address, alias) = all.alias(number).await;
            let socket = all.url.split_once("host=").unwrap().1;
            all.relays.push(Relay {
                program: None,
                line: Line::to(socket),
                alias,
                senders: Some(Senders::start(2, &address, pause)),
            });
        }
        for number in 0..count {
            all.start_relay(number);
        }
        all
    }

    async fn alias(&self, number: usize) -> (String, AliasId) {
        let local = format!("birch-heron-{number}");
        let mailbox = self.home.store.mailboxes(self.home.account).await.unwrap()[0].id;
        let now = time::OffsetDateTime::now_utc();
        let alias = self.home.store.create_alias(mailbox, &local, "", now).await.unwrap();
        (format!("{local}@relay.example"), alias)
    }

    fn start_relay(&mut self, number: usize) {
        let (start, _) = self.url.split_once("host=").unwrap();
        let url = format!("{start}host={}", self.relays[number].line.folder());
        let program = self.start_program(&url);
        let relay = &mut self.relays[number];
        relay.senders.as_ref().unwrap().relay_at(Some(program.smtp()));
        relay.program = Some(program);
    }

    fn start_program(&self, url: &str) -> Program {
        let settings = [
            ("SEALPOST_DATABASE_URL", url),
            ("SEALPOST_LEASE_SECONDS", self.lease),
            ("SEALPOST_MAX_MESSAGES_PER_HOUR", "1000000"),
        ];
        let program = Command::new(env!("CARGO_BIN_EXE_sealpost"));
        Program::start_with(program, self.home.folder.path(), &self.sink.url(), &settings)
    }

    fn program(&self, number: usize) -> &Program {
        self.relays[number].program.as_ref().unwrap()
    }

    fn accepted(&self) -> Vec<usize> {
        let senders = self.relays.iter().map(|relay| relay.senders.as_ref().unwrap());
        senders.map(Senders::accepted).collect()
    }

    /// Waits until each relay has accepted more mail.
    async fn load(&self, more: usize) {
        let before = self.accepted();
        until("every relay accepts mail", || async {
            self.accepted()
                .iter()
                .zip(&before)
                .all(|(now, before)| *now >= before + more)
        })
        .await;
    }

    /// Stops the senders and lets the relays deliver the rest. Returns how many messages were accepted, and how many copies
    /// arrived beside the first.
    async fn finish(&mut self) -> (usize, usize) {
        self.sink.now(|_| Answer::Takes);
        let threads = threads(&self.home.store);
        let mut accepted = Vec::new();
        for relay in &mut self.relays {
            let (numbers, _) = relay.senders.take().unwrap().stop();
            accepted.extend(numbers.iter().map(|number| threads.derive(relay.alias, &id(*number))));
        }
        until("the queue is empty", || async {
            self.home.store.depth().await.is_ok_and(|depth| depth.waiting == 0)
        })
        .await;
        let letters = self.sink.arrived();
        let mut arrived: HashMap<String, Vec<&str>> = HashMap::new();
        for letter in &letters {
            let id = letter.field("Message-ID").trim_matches(['<', '>']).to_owned();
            arrived.entry(id).or_default().push(&letter.data);
        }
        let lost: Vec<_> = accepted.iter().filter(|id| !arrived.contains_key(*id)).collect();
        assert!(
            lost.is_empty(),
            "{} of {} are lost: {lost:?}",
            lost.len(),
            accepted.len()
        );
        for (id, copies) in &arrived {
            assert!(copies.iter().all(|copy| *copy == copies[0]), "{id}: the copies differ");
        }
        (accepted.len(), letters.len() - arrived.len())
    }

    /// How many copies have arrived beside the first.
    fn again(&self) -> usize {
        let letters = self.sink.arrived();
        let ids: std::collections::HashSet<_> = letters.iter().map(|letter| letter.field("Message-ID")).collect();
        letters.len() - ids.len()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_relays_deliver_each_message_once() {
    // A busy machine must not be late with the renewals.
    let mut all = Several::start_with("30", 2, Duration::from_millis(1)).await;
    all.load(300).await;
    let (accepted, again) = all.finish().await;
    assert!(accepted >= 600);
    assert_eq!(again, 0, "of {accepted}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_stops_leaves_what_waits_to_others_and_ends_what_is_under_way() {
    // A busy machine must not be late with the renewals.
    let (lease, longer) = ("10", Duration::from_secs(12));
    let mut all = Several::start_with(lease, 1, Duration::from_millis(1)).await;
    let door = Door::default();
    let closed = door.clone();
    all.sink.now(move |_| {
        closed.pass();
        Answer::Takes
    });
    all.load(100).await;
    all.relays[0].senders.as_ref().unwrap().relay_at(None);
    let other = all.start_program(&all.url);
    let under_way = all.sink.tries();
    all.sink.now(|_| Answer::Takes);
    let first = all.relays[0].program.take().unwrap();
    first.send("TERM");
    until("the other delivers what waits", || async {
        all.home.store.depth().await.unwrap().waiting == under_way as u64
    })
    .await;
    // Longer than a lease lasts, unless it is renewed.
    std::thread::sleep(longer);
    assert_eq!(all.home.store.depth().await.unwrap().waiting, under_way as u64);
    door.open();
    assert!(first.wait().success());
    let (accepted, again) = all.finish().await;
    assert!(accepted >= 100 && under_way > 0);
    assert_eq!(again, 0, "of {accepted}, {under_way} under way");
    assert!(other.terminate().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_three_relays_accept_arrives_whatever_happens_to_one() {
    let started = Instant::now();
    let mut all = Several::start(3, Duration::from_millis(60)).await;
    // So slow that each relay holds messages that wait for a lane.
    all.sink.now(|_| Answer::TakesAfter(Duration::from_millis(300)));
    all.load(20).await;

    all.relays[0].program.take().unwrap().kill();
    std::thread::sleep(FAULT);
    all.start_relay(0);
    all.load(5).await;
    let after_kill = all.again();

    all.program(1).send("STOP");
    std::thread::sleep(FAULT);
    all.program(1).send("CONT");
    all.load(5).await;
    let after_stop = all.again();

    all.relays[2].line.cut(true);
    std::thread::sleep(FAULT);
    all.relays[2].line.cut(false);
    all.load(5).await;
    let after_cut = all.again();

    all.server.stop();
    all.server.start_again();
    all.load(5).await;
    let (accepted, again) = all.finish().await;
    eprintln!(
        "{accepted} accepted, all arrived, {again} came again: {after_kill} until after the kill, {after_stop} until after the \
         stop, {after_cut} until after the cut; in {:?}",
        started.elapsed()
    );
    // One kill, one stop, one cut; the restart of the database finds all three in the middle of deliveries.
    assert!(again <= (3 + 3) * LANES, "{again}");
    for relay in &mut all.relays {
        assert!(relay.program.take().unwrap().terminate().success());
    }
}
