//! The mailbox provider behind the relay: somebody else's SMTP server that keeps what it gets.

use std::{
    io,
    net::{IpAddr, SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    thread,
};

use mailin_embedded::{Action, Handler, Response, Server, SslConfig, response};

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
        let mut server = Server::new(Inbox {
            mood,
            current: Arrived::default(),
            arrived: Arc::clone(&arrived),
        });
        server
            .with_name("provider.example")
            .with_ssl(SslConfig::None)
            .unwrap()
            .with_tcp_listener(listener);
        thread::spawn(move || drop(server.serve()));
        Self { address, arrived }
    }

    /// The messages so far, the oldest first.
    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }
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
