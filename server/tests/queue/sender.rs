//! Outside senders that know exactly which of their messages were accepted.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Error, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::queue::HANG;

/// What the senders share.
#[derive(Default)]
struct Shared {
    relay: Mutex<Option<SocketAddr>>,
    next: AtomicU64,
    stop: AtomicBool,
    accepted: Mutex<Vec<u64>>,
    answers: Mutex<BTreeMap<String, u64>>,
}

pub struct Senders {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

/// The Message-ID of a message, which tells it from all others.
pub fn id(number: u64) -> String {
    format!("{number}@sender.example")
}

/// Something that only this message says.
pub fn marker(number: u64) -> String {
    format!("This is message {number} and no other.")
}

impl Senders {
    /// Starts so many, each of which sends one message after the other to an alias, with pauses.
    pub fn start(count: u64, alias: &str, pause: Duration) -> Self {
        let shared = Arc::new(Shared::default());
        let start = |sender| {
            let (shared, alias) = (Arc::clone(&shared), alias.to_owned());
            thread::spawn(move || {
                while !shared.stop.load(Ordering::Relaxed) {
                    let relay = *shared.relay.lock().unwrap();
                    if let Some(relay) = relay {
                        // Ends when the relay is killed.
                        let _ = shared.session(relay, sender, &alias, pause);
                    }
                    thread::sleep(Duration::from_millis(2));
                }
            })
        };
        let threads = (0..count).map(start).collect();
        Self { shared, threads }
    }

    /// Where the relay is now.
    pub fn relay_at(&self, relay: Option<SocketAddr>) {
        *self.shared.relay.lock().unwrap() = relay;
    }

    /// How many messages were accepted so far.
    pub fn accepted(&self) -> usize {
        self.shared.accepted.lock().unwrap().len()
    }

    /// How often each answer came at the end of DATA or before.
    pub fn answers(&self) -> BTreeMap<String, u64> {
        self.shared.answers.lock().unwrap().clone()
    }

    /// Stops them; gives the numbers of the messages that got 250, and how many were tried.
    pub fn stop(self) -> (Vec<u64>, u64) {
        self.shared.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().unwrap();
        }
        let accepted = self.shared.accepted.lock().unwrap().clone();
        (accepted, self.shared.next.load(Ordering::Relaxed))
    }
}

impl Shared {
    fn session(&self, relay: SocketAddr, sender: u64, alias: &str, pause: Duration) -> Result<(), Error> {
        let mut out = TcpStream::connect(relay)?;
        out.set_read_timeout(Some(HANG))?;
        let mut answers = BufReader::new(out.try_clone()?);
        answer(&mut answers)?;
        say(&mut out, &mut answers, "EHLO sender.example\r\n")?;
        while !self.stop.load(Ordering::Relaxed) && *self.relay.lock().unwrap() == Some(relay) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let said = one(&mut out, &mut answers, number, sender, alias)?;
            if said.starts_with("250") {
                self.accepted.lock().unwrap().push(number);
            }
            let code = said.chars().take(9).collect();
            *self.answers.lock().unwrap().entry(code).or_default() += 1;
            thread::sleep(pause);
        }
        Ok(())
    }
}

fn one(
    out: &mut TcpStream,
    answers: &mut impl BufRead,
    number: u64,
    sender: u64,
    alias: &str,
) -> Result<String, Error> {
    let from = format!("bob{sender}@example.com");
    let text = format!("{}\r\n{}", marker(number), "and so on, and so on.\r\n".repeat(60));
    let message = format!(
        "From: Bob <{from}>\r\nTo: {alias}\r\nMessage-ID: <{}>\r\nSubject: hello\r\n\r\n{text}.\r\n",
        id(number)
    );
    for line in [
        &format!("MAIL FROM:<{from}>\r\n"),
        &format!("RCPT TO:<{alias}>\r\n"),
        "DATA\r\n",
    ] {
        let said = say(out, answers, line)?;
        if !said.starts_with(['2', '3']) {
            say(out, answers, "RSET\r\n")?;
            return Ok(said);
        }
    }
    say(out, answers, &message)
}

fn say(out: &mut TcpStream, answers: &mut impl BufRead, line: &str) -> Result<String, Error> {
    out.write_all(line.as_bytes())?;
    answer(answers)
}

fn answer(answers: &mut impl BufRead) -> Result<String, Error> {
    loop {
        let mut line = String::new();
        if answers.read_line(&mut line)? == 0 || !line.ends_with('\n') {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(line.trim_end().to_owned());
        }
    }
}
