//! The mailbox provider behind the relay: somebody else's SMTP server that keeps what it gets.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use mailin::{Action, Handler, Response, Session, SessionBuilder, response};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

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
    /// Whether MAIL had the parameter REQUIRETLS.
    pub requires_tls: bool,
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
        Self::start_with(address, mood, None)
    }

    /// With STARTTLS, and REQUIRETLS within it (RFC 8689). The certificate with its chain and the key are PEM.
    pub fn start_requiring_tls(address: SocketAddr, chain: &str, key: &str) -> Self {
        let chain = CertificateDer::pem_slice_iter(chain.as_bytes());
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                chain.map(Result::unwrap).collect(),
                PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
            );
        Self::start_with(address, Mood::Takes, Some(Arc::new(config.unwrap())))
    }

    fn start_with(address: SocketAddr, mood: Mood, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let arrived = Arc::default();
        let inbox = Inbox {
            mood,
            current: Arrived::default(),
            requires_tls: Arc::default(),
            arrived: Arc::clone(&arrived),
        };
        let mut sessions = SessionBuilder::new("provider.example");
        if tls.is_some() {
            sessions.enable_start_tls();
        }
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let requires_tls = Arc::default();
                let inbox = Inbox {
                    requires_tls: Arc::clone(&requires_tls),
                    ..inbox.clone()
                };
                let talk = Talk {
                    session: sessions.build(IpAddr::from([127, 0, 0, 1]), inbox),
                    requires_tls,
                };
                let tls = tls.clone();
                // A connection that breaks is the client's affair.
                thread::spawn(move || drop(talk.hold(connection, tls)));
            }
        });
        Self { address, arrived }
    }

    /// The messages so far, the oldest first.
    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }
}

/// One connection.
struct Talk {
    session: Session<Inbox>,
    requires_tls: Arc<AtomicBool>,
}

impl Talk {
    /// Holds it from the greeting to its end.
    fn hold(mut self, connection: TcpStream, tls: Option<Arc<ServerConfig>>) -> io::Result<()> {
        let mut stream = BufReader::new(connection);
        stream.get_mut().write_all(&self.session.greeting().buffer()?)?;
        if let (Action::UpgradeTls, Some(config)) = (self.converse(&mut stream, false)?, tls) {
            self.session.tls_active();
            let connection = ServerConnection::new(config).map_err(io::Error::other)?;
            let stream = StreamOwned::new(connection, stream.into_inner());
            self.converse(&mut BufReader::new(stream), true)?;
        }
        Ok(())
    }

    /// Answers until the connection changes or ends. mailin does not know REQUIRETLS, so it never sees it.
    fn converse<S: Read + Write>(&mut self, stream: &mut BufReader<S>, is_encrypted: bool) -> io::Result<Action> {
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line)? > 0 {
            let said = String::from_utf8_lossy(&line).into_owned();
            if is_encrypted && said.starts_with("MAIL ") {
                let plain = said.replace(" REQUIRETLS", "");
                self.requires_tls.store(plain != said, Ordering::Relaxed);
                line = plain.into_bytes();
            }
            let answer = self.session.process(&line);
            line.clear();
            if answer.action != Action::NoReply {
                let mut text = answer.buffer()?;
                if is_encrypted && said.starts_with("EHLO ") {
                    text.splice(0..0, *b"250-provider.example\r\n250-REQUIRETLS\r\n");
                }
                stream.get_mut().write_all(&text)?;
                stream.get_mut().flush()?;
            }
            if matches!(answer.action, Action::Close | Action::UpgradeTls) {
                return Ok(answer.action);
            }
        }
        Ok(Action::Close)
    }
}

#[derive(Clone)]
struct Inbox {
    mood: Mood,
    current: Arrived,
    /// Whether the MAIL that the session reads has the parameter REQUIRETLS.
    requires_tls: Arc<AtomicBool>,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Handler for Inbox {
    fn mail(&mut self, _: IpAddr, _: &str, from: &str) -> Response {
        self.current = Arrived {
            from: from.into(),
            requires_tls: self.requires_tls.load(Ordering::Relaxed),
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
