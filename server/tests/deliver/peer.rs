//! A next hop that remembers what it was told on each connection, and whose answers a test chooses.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

/// The peer's answer to a line. The line before its greeting is empty.
pub enum Act {
    /// The answer of a good server.
    Usual,
    /// Says this, with or without more lines.
    Say(String),
    /// Says this and closes.
    SayAndClose(&'static str),
    /// Closes without a word.
    Close,
    /// Says nothing from then on.
    Hang,
}

/// Where in its life a connection is.
#[derive(Clone, Copy)]
pub struct Place {
    /// The number of the connection, from 0.
    pub connection: usize,
    /// How many texts were taken or refused on it before.
    pub texts: usize,
}

/// The lines of each connection. A text is its last line only, `.`, and the end of a connection is `EOF`.
type Talks = Arc<(Mutex<Vec<Vec<String>>>, Condvar)>;

/// A running peer; it ends with the test process.
pub struct Peer {
    pub address: SocketAddr,
    talks: Talks,
}

const HANG: Duration = Duration::from_secs(120);

impl Peer {
    pub fn start(has_pipelining: bool, act: impl Fn(Place, &str) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.2:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (talks, act) = (Talks::default(), Arc::new(act));
        let peer = Self {
            address,
            talks: Arc::clone(&talks),
        };
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                talks.0.lock().unwrap().push(Vec::new());
                let (talks, act) = (Arc::clone(&talks), Arc::clone(&act));
                std::thread::spawn(move || {
                    let hear = |line: &str| {
                        talks.0.lock().unwrap()[number].push(line.to_owned());
                        talks.1.notify_all();
                    };
                    talk(stream, number, has_pipelining, &*act, &hear);
                    hear("EOF");
                });
            }
        });
        peer
    }

    /// The lines of each connection so far.
    pub fn talks(&self) -> Vec<Vec<String>> {
        self.talks.0.lock().unwrap().clone()
    }

    /// How often this was said so far.
    pub fn count(&self, word: &str) -> usize {
        let talks = self.talks();
        talks.iter().flatten().filter(|line| line.starts_with(word)).count()
    }

    /// Waits until this was said so often.
    pub async fn wait(&self, word: &'static str, times: usize) {
        let talks = Arc::clone(&self.talks);
        let wait = tokio::task::spawn_blocking(move || {
            let is_missing = |talks: &mut Vec<Vec<String>>| {
                talks.iter().flatten().filter(|line| line.starts_with(word)).count() < times
            };
            let heard = talks.1.wait_timeout_while(talks.0.lock().unwrap(), HANG, is_missing);
            assert!(!heard.unwrap().1.timed_out(), "{word} was not said {times} times");
        });
        wait.await.unwrap();
    }
}

fn talk(
    stream: TcpStream,
    connection: usize,
    has_pipelining: bool,
    act: &dyn Fn(Place, &str) -> Act,
    hear: &dyn Fn(&str),
) {
    stream.set_nodelay(true).unwrap();
    let mut out = stream.try_clone().unwrap();
    let mut say = |text: &str| out.write_all(format!("{text}\r\n").as_bytes()).is_ok();
    let mut place = Place { connection, texts: 0 };
    let (mut is_text, mut has_recipient) = (false, false);
    match act(place, "") {
        Act::Say(greeting) => say(&greeting),
        _ => say("220 peer.test"),
    };
    for line in BufReader::new(&stream).lines().map_while(Result::ok) {
        if is_text && line != "." {
            // A text of the tests has no such line: it was meant as a command.
            if line == "RSET" {
                hear("RSET in a text");
            }
            continue;
        }
        hear(&line);
        let usual = match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" if has_pipelining => "250-peer.test\r\n250-8BITMIME\r\n250 PIPELINING",
            "EHLO" => "250-peer.test\r\n250 8BITMIME",
            "DATA" if has_recipient => "354 go on",
            "DATA" => "554 no valid recipients",
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        let said = match act(place, &line) {
            Act::Usual => usual.to_owned(),
            Act::Say(text) => text,
            Act::SayAndClose(text) => {
                say(text);
                return;
            }
            Act::Close => return,
            Act::Hang => {
                let _ = std::io::copy(&mut &stream, &mut std::io::sink());
                return;
            }
        };
        if !say(&said) || line == "QUIT" {
            return;
        }
        is_text = said.starts_with("354");
        has_recipient =
            (line.starts_with("RCPT") && said.starts_with('2')) || (has_recipient && !line.starts_with("RSET"));
        if line == "." {
            place.texts += 1;
            has_recipient = false;
        }
    }
}
