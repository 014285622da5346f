//! The master key is rotated while relays run: before, during and after it they seal and open, whenever the command is killed.

use std::{
    collections::HashSet,
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use app::id::{AliasId, ContactId};
use server::{
    clock::SystemClock,
    message_ids::{MessageIdMap, Thread},
    rotation::{self, Pass},
    store::{Store, accepted::Accepted},
    vault::{MasterKeySource, Vault},
};
use test_support::postgres::Postgres;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{
    queue::{
        program::Program,
        sink::{Answer, Sink},
        until,
    },
    support::home::{Home, MASTER, SECRET, database, letter, send},
};

const NEW: &str = "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=";
const WRONG: &str = "Q0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0M=";

/// So many that a pass takes a while.
const IDENTIFIERS: usize = 3000;

const BOTH: [(&str, &str); 2] = [("SEALPOST_MASTER_KEY", NEW), ("SEALPOST_PREVIOUS_MASTER_KEY", MASTER)];

fn vault(key: &str) -> Vault {
    Vault::open(&MasterKeySource::Value(Zeroizing::new(key.to_owned()))).unwrap()
}

/// Relays on one database, with a next hop that takes nothing at first.
struct Relays {
    home: Home,
    url: String,
    sink: Sink,
    programs: Vec<Program>,
    accepted: usize,
}

impl Relays {
    async fn over(url: Option<String>) -> Self {
        let given = url.clone();
        let home = Home::with(|config| {
            if let Some(url) = given {
                config.database_url = Zeroizing::new(url);
            }
        })
        .await;
        home.activate().await;
        fill(&home.store).await;
        home.relay.stop().await;
        Self {
            url: url.unwrap_or_else(|| database(home.folder.path())),
            home,
            sink: Sink::start(|_| Answer::Later),
            programs: Vec::new(),
            accepted: 0,
        }
    }

    /// Stops all, and starts so many. Returns where they take mail.
    fn start(&mut self, count: usize, keys: &[(&str, &str)]) -> Vec<SocketAddr> {
        for program in self.programs.drain(..) {
            assert!(program.terminate().success());
        }
        for _ in 0..count {
            let program = self.program(keys);
            self.programs.push(program);
        }
        self.programs.iter().map(Program::smtp).collect()
    }

    fn program(&self, keys: &[(&str, &str)]) -> Program {
        let url = [("SEALPOST_DATABASE_URL", self.url.as_str())];
        let settings = [&url, keys].concat();
        let command = Command::new(env!("CARGO_BIN_EXE_sealpost"));
        Program::start_with(command, self.home.folder.path(), &self.sink.url(), &settings)
    }

    /// Each relay takes a message.
    async fn load(&mut self, addresses: &[SocketAddr], octets: usize) {
        for address in addresses {
            let body = format!("{SECRET}\r\n{}", "0123456789abcde\r\n".repeat(octets / 17));
            let said = send(
                *address,
                "bob@example.com",
                &[&self.home.alias],
                &letter(&self.home.alias, &body),
            )
            .await;
            assert!(said.starts_with("250 "), "{said}");
            self.accepted += 1;
        }
    }

    fn rotate(&self, keys: &[(&str, &str)]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_sealpost"))
            .args(["key", "rotate"])
            .env_clear()
            .current_dir(self.home.folder.path())
            .env("SEALPOST_DOMAIN", "relay.example")
            .env("SEALPOST_DATA", self.home.folder.path())
            .env("SEALPOST_DATABASE_URL", &self.url)
            .envs(keys.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Runs the command to its end. Returns whether it succeeded, and what it said.
    fn rotated(&self, keys: &[(&str, &str)]) -> (bool, String) {
        let output = self.rotate(keys).wait_with_output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).unwrap())
    }

    /// Looks at all values with one key.
    async fn look(&self, key: &str) -> Pass {
        rotation::pass(&self.home.store, &vault(key), &SystemClock, |_, _| ())
            .await
            .unwrap()
    }
}

async fn fill(store: &Store) {
    let map = MessageIdMap::new(store.clone(), Arc::new(vault(MASTER)), "relay.example".into());
    let pair = |number: usize| {
        let (inside, outside) = (format!("{number}@inside"), format!("{number}@outside"));
        let thread = Thread {
            contact: ContactId(1),
            others: &[],
            subject: "kept",
        };
        map.pair(AliasId(1), (&inside, &outside), thread).unwrap()
    };
    for start in (0..IDENTIFIERS).step_by(500) {
        let accepted = Accepted {
            ids: (start..start + 500).map(pair).collect(),
            ..Accepted::default()
        };
        store.accept(accepted, OffsetDateTime::now_utc()).await.unwrap();
    }
}

const OLD_ONLY: [(&str, &str); 1] = [("SEALPOST_MASTER_KEY", MASTER)];
const NEW_ONLY: [(&str, &str); 1] = [("SEALPOST_MASTER_KEY", NEW)];

async fn rotate_under(url: Option<String>, count: usize) {
    let mut relays = Relays::over(url).await;
    relays.refuse_to_begin(count).await;
    let addresses = relays.start(count, &BOTH);
    relays.load(&addresses, 100).await;
    relays.kill_in_the_middle(&addresses).await;

    let (done, said) = relays.rotated(&BOTH);
    assert!(
        done && said.contains("Nothing is left under the previous master key"),
        "{said}"
    );
    assert_eq!(relays.look(NEW).await, Pass::default());
    relays.load(&addresses, 100).await;
    assert_eq!(
        relays.look(NEW).await,
        Pass::default(),
        "a relay writes under the previous key"
    );
    assert!(
        !relays.program(&OLD_ONLY).wait().success(),
        "a relay that lacks the new key starts"
    );
    let addresses = relays.start(count, &NEW_ONLY);
    relays.load(&addresses, 100).await;
    relays.deliver_all().await;
}

impl Relays {
    /// The command changes nothing while a relay lacks the new key, and with a wrong previous key.
    async fn refuse_to_begin(&mut self, count: usize) {
        let addresses = self.start(count, &OLD_ONLY);
        self.load(&addresses, 100).await;
        self.load(&addresses, 600_000).await;
        let (done, said) = self.rotated(&BOTH);
        assert!(
            !done && said.contains("a relay runs without the new master key"),
            "{said}"
        );
        let wrong = [("SEALPOST_MASTER_KEY", NEW), ("SEALPOST_PREVIOUS_MASTER_KEY", WRONG)];
        let (done, said) = self.rotated(&wrong);
        assert!(!done && said.contains("the master key is not the one"), "{said}");
        self.home.store.bind(&vault(MASTER)).await.unwrap();
        assert_eq!(self.look(MASTER).await.unreadable, 0, "something was changed");
    }

    /// The command is killed as soon as it has begun with the values, and then some times more.
    async fn kill_in_the_middle(&mut self, addresses: &[SocketAddr]) {
        let mut command = self.rotate(&BOTH);
        let lines = BufReader::new(command.stdout.take().unwrap()).lines();
        let begun = lines
            .map_while(Result::ok)
            .any(|line| line.starts_with("Under the new key now"));
        command.kill().unwrap();
        command.wait().unwrap();
        assert!(begun);
        self.load(addresses, 100).await;
        assert!(self.look(NEW).await.unreadable > 0, "it was not killed in the middle");
        for lacking in [OLD_ONLY, NEW_ONLY] {
            assert!(
                !self.program(&lacking).wait().success(),
                "a relay that lacks a key starts"
            );
        }
        for pause in [5, 15, 40, 80, 160] {
            let mut command = self.rotate(&BOTH);
            std::thread::sleep(Duration::from_millis(pause));
            command.kill().unwrap();
            command.wait().unwrap();
            self.load(addresses, 100).await;
        }
    }

    /// All that was accepted arrives, and opens.
    async fn deliver_all(&self) {
        self.sink.now(|_| Answer::Takes);
        let store = &self.home.store;
        store.make_all_due(OffsetDateTime::now_utc()).await.unwrap();
        until("the queue is empty", || async {
            store.depth().await.is_ok_and(|depth| depth.waiting == 0)
        })
        .await;
        let letters = self.sink.arrived();
        assert_eq!(letters.len(), self.accepted);
        for letter in &letters {
            let opened = self.home.open(letter.data.as_bytes());
            assert!(String::from_utf8_lossy(&opened).contains(SECRET));
        }
        // Their contact has had one relay address all the time.
        let from: HashSet<_> = letters.iter().map(|letter| letter.field("From")).collect();
        assert_eq!(from.len(), 1, "{from:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_seals_while_its_master_key_is_rotated() {
    rotate_under(None, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_relays_on_postgresql_seal_while_their_master_key_is_rotated() {
    let server = Postgres::start();
    rotate_under(Some(server.database()), 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_slept_through_the_beginning_of_a_rotation_ends() {
    let mut relays = Relays::over(None).await;
    relays.start(1, &OLD_ONLY);
    // As if it had said nothing for longer than a killed one is waited for.
    relays.home.sql("UPDATE running_relays SET seen_at = 1").await;
    let (done, said) = relays.rotated(&BOTH);
    assert!(done, "{said}");
    let slept = relays.programs.pop().unwrap();
    assert!(!slept.wait().success(), "it goes on without the new key");
    let (done, said) = relays.rotated(&BOTH);
    assert!(done && said.contains("Nothing is left"), "{said}");
    assert_eq!(relays.look(NEW).await, Pass::default());
}
