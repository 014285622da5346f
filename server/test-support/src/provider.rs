//! The mailbox provider behind the relay: somebody else's SMTP server that keeps what it gets.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use mailin::{Action, Handler, Response, Session, SessionBuilder, response};

/// How the provider answers the end of DATA.
#[derive(Clone, Copy)]
pub enum Mood {
    /// Takes everything.
    Takes,
    /// 450 for everything.
    Busy,
    /// 550 for everything.
    Refuses,
}

/// A message that arrived.
#[derive(Clone, Default)]
pub struct Arrived {
    /// MAIL FROM.
    pub from: String,
    /// Each RCPT TO.
    pub to: Vec<String>,
    /// The message.
    pub data: Vec<u8>,
}

/// A running provider; it ends with the test process.
pub struct Provider {
    /// Where it listens.
    pub address: SocketAddr,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Provider {
    /// On a port of its own.
    pub fn start(mood: Mood) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), mood)
    }

    /// On a port that the test names.
    pub fn start_at(address: SocketAddr, mood: Mood) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let arrived = Arc::default();
        let inbox = Inbox {
            mood,
            current: Arrived::default(),
            arrived: Arc::clone(&arrived),
        };
        let sessions = SessionBuilder::new("provider.example");
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let session = sessions.build(IpAddr::from([127, 0, 0, 1]), inbox.clone());
                // A connection that breaks is the client's affair.
                thread::spawn(move || drop(talk(connection, session)));
            }
        });
        Self { address, arrived }
    }

    /// The messages so far, the oldest first.
    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }
}

/// One connection, from the greeting to its end.
fn talk(mut connection: TcpStream, mut session: Session<Inbox>) -> io::Result<()> {
    let mut lines = BufReader::new(connection.try_clone()?);
    connection.write_all(&session.greeting().buffer()?)?;
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        let answer = session.process(&line);
        line.clear();
        if answer.action != Action::NoReply {
            connection.write_all(&answer.buffer()?)?;
        }
        if answer.action == Action::Close {
            break;
        }
    }
    Ok(())
}

#[derive(Clone)]
struct Inbox {
    mood: Mood,
    current: Arrived,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Handler for Inbox {
    fn mail(&mut self, _: IpAddr, _: &str, from: &str) -> Response {
        self.current = Arrived {
            from: from.into(),
            ..Arrived::default()
        };
        response::OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        self.current.to.push(to.into());
        response::OK
    }

    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        self.current.data.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        match self.mood {
            Mood::Takes => {
                self.arrived.lock().unwrap().push(std::mem::take(&mut self.current));
                response::OK
            }
            Mood::Busy => refusal(450),
            Mood::Refuses => refusal(550),
        }
    }
}

/// A refusal at the end of DATA. mailin would stay in DATA after it, so the connection ends.
fn refusal(code: u16) -> Response {
    let mut refusal = Response::custom(code, "Not today".into());
    refusal.action = Action::Close;
    refusal
}
