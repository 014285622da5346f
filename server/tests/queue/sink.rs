//! The next hop: does with each message what the test says, breaking the connection included, which no well-behaved
//! server could be talked into.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

/// A message that came in.
#[derive(Clone, Default)]
pub struct Letter {
    pub from: String,
    pub to: String,
    pub data: String,
}

impl Letter {
    /// A field outside the seal.
    pub fn field(&self, name: &str) -> String {
        let start = format!("{}:", name.to_lowercase());
        let unfolded = self.data.replace("\r\n ", " ").replace("\r\n\t", " ");
        let line = unfolded.lines().find(|line| line.to_lowercase().starts_with(&start));
        line.unwrap_or_default()[start.len()..].trim().to_owned()
    }
}

/// What is done with a message.
pub enum Answer {
    Takes,
    TakesAfter(Duration),
    Later,
    Never,
    Breaks,
}

/// Closed at first: who passes it waits until it is opened.
#[derive(Clone, Default)]
pub struct Door(Arc<(Mutex<bool>, Condvar)>);

impl Door {
    pub fn pass(&self) {
        let (open, opened) = &*self.0;
        let guard = open.lock().unwrap();
        drop(opened.wait_while(guard, |open| !*open).unwrap());
    }

    pub fn open(&self) {
        let (open, opened) = &*self.0;
        *open.lock().unwrap() = true;
        opened.notify_all();
    }
}

type Decide = dyn Fn(&Letter) -> Answer + Send + Sync;

#[derive(Clone)]
pub struct Sink {
    pub address: SocketAddr,
    arrived: Arc<Mutex<Vec<Letter>>>,
    tries: Arc<Mutex<usize>>,
    decide: Arc<Mutex<Arc<Decide>>>,
}

impl Sink {
    pub fn start(decide: impl Fn(&Letter) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), decide)
    }

    pub fn start_at(address: SocketAddr, decide: impl Fn(&Letter) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let sink = Self {
            address: listener.local_addr().unwrap(),
            arrived: Arc::default(),
            tries: Arc::default(),
            decide: Arc::new(Mutex::new(Arc::new(decide))),
        };
        let shared = sink.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let sink = shared.clone();
                // A relay that is killed breaks its connections.
                thread::spawn(move || sink.session(stream).unwrap_or_default());
            }
        });
        sink
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn now(&self, decide: impl Fn(&Letter) -> Answer + Send + Sync + 'static) {
        *self.decide.lock().unwrap() = Arc::new(decide);
    }

    pub fn arrived(&self) -> Vec<Letter> {
        self.arrived.lock().unwrap().clone()
    }

    /// Messages that came to the end of DATA.
    pub fn tries(&self) -> usize {
        *self.tries.lock().unwrap()
    }

    fn session(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut out = stream.try_clone()?;
        let mut lines = BufReader::new(stream);
        let mut letter = Letter::default();
        out.write_all(b"220 sink.example\r\n")?;
        let mut line = String::new();
        while lines.read_line(&mut line)? > 0 {
            let command = line.trim_end().to_owned();
            line.clear();
            let address = || command.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
            match command.get(..4).unwrap_or_default() {
                "MAIL" => letter.from = address(),
                "RCPT" => letter.to = address(),
                "DATA" => {
                    out.write_all(b"354 go on\r\n")?;
                    letter.data = message(&mut lines)?;
                    if !self.settle(&mut out, std::mem::take(&mut letter))? {
                        return Ok(());
                    }
                    continue;
                }
                "QUIT" => return out.write_all(b"221 bye\r\n"),
                _ => {}
            }
            out.write_all(b"250 ok\r\n")?;
        }
        Ok(())
    }

    fn settle(&self, out: &mut TcpStream, letter: Letter) -> std::io::Result<bool> {
        *self.tries.lock().unwrap() += 1;
        let decide = Arc::clone(&self.decide.lock().unwrap());
        match decide(&letter) {
            Answer::Later => out.write_all(b"450 4.2.1 not now\r\n")?,
            Answer::Never => out.write_all(b"550 5.1.1 <ann@example.org> is not known to provider.example\r\n")?,
            Answer::Breaks => return Ok(false),
            Answer::Takes => self.take(out, letter)?,
            Answer::TakesAfter(pause) => {
                thread::sleep(pause);
                self.take(out, letter)?;
            }
        }
        Ok(true)
    }

    /// Kept first and answered then, as a server must.
    fn take(&self, out: &mut TcpStream, letter: Letter) -> std::io::Result<()> {
        self.arrived.lock().unwrap().push(letter);
        out.write_all(b"250 2.0.0 taken\r\n")
    }
}

fn message(lines: &mut impl BufRead) -> std::io::Result<String> {
    let mut message = String::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(message);
        }
        message += line.strip_prefix('.').unwrap_or(&line);
    }
}
