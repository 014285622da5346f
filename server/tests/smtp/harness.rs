//! A receiver with a gate that plays every part, and a client that says what it is told.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use server::smtp::{Settings, serve};
use server::tls::Tls;
use server::{
    envelope::{Client as Peer, Received},
    metrics::ConnectionCounts,
    network,
    smtp::pipeline::Pipeline,
};
use server::{
    refusal::{Reason, Refusal},
    smtp_reply::{self, SmtpReply},
};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::support::log::log_everything;

/// Far longer than anything here takes, on a busy machine too: only to end a hang.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Takes every message; a recipient's local part may ask for something else.
pub struct Parts {
    pub taken: Mutex<Vec<Received<String>>>,
    /// The recipients that were asked about.
    pub asked: Mutex<Vec<String>>,
    /// `held@` messages wait here.
    pub held: Semaphore,
    /// How many messages were begun.
    pub begun: Semaphore,
}

#[derive(Debug, thiserror::Error)]
#[error("the disk is full")]
struct DiskFull;

#[async_trait]
impl Pipeline for Parts {
    type Recipient = String;

    async fn check_recipient(&self, _: &Peer, address: &str) -> Result<String, Refusal> {
        self.asked.lock().unwrap().push(address.to_owned());
        match address.split('@').next().unwrap() {
            "unknown" => Err(Refusal::new(Reason::NoSuchAlias)),
            "killed" => Err(Refusal::new(Reason::KillSwitch)),
            "elsewhere" => Err(Refusal::new(Reason::OtherDomain)),
            "thinking" => std::future::pending().await,
            _ => Ok(address.to_owned()),
        }
    }

    fn halves_of_message(&self, _: &String) -> usize {
        5
    }

    fn note_refusal(&self, _: Reason) {}

    async fn accept_message(&self, received: Received<String>) -> Result<SmtpReply, Refusal> {
        self.begun.add_permits(1);
        match received.recipient.split('@').next().unwrap() {
            "failing" => return Err(Refusal::because(Reason::Seal, DiskFull)),
            "looping" => return Err(Refusal::new(Reason::RelayedBefore)),
            "panicking" => panic!("a fault of the pipeline"),
            "pondering" => std::future::pending().await,
            "held" => self.held.acquire().await.unwrap().forget(),
            _ => {}
        }
        self.taken.lock().unwrap().push(received);
        Ok(smtp_reply::ACCEPTED)
    }
}

/// A running receiver.
pub struct Server {
    pub address: SocketAddr,
    pub gate: Arc<Parts>,
    pub counts: ConnectionCounts,
    pub stop: CancellationToken,
    pub served: JoinHandle<()>,
    pub data: tempfile::TempDir,
}

impl Server {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let tls = Tls::self_signed_in(data.path(), "relay.example").unwrap();
        Self::over(data, tls, change).await
    }

    pub async fn over(data: tempfile::TempDir, tls: Tls, change: impl FnOnce(&mut Settings)) -> Self {
        log_everything();
        let mut settings = Settings::new("relay.example");
        change(&mut settings);
        let listener = network::listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let gate = Arc::new(Parts {
            taken: Mutex::default(),
            asked: Mutex::default(),
            held: Semaphore::new(0),
            begun: Semaphore::new(0),
        });
        let (counts, stop) = (ConnectionCounts::default(), CancellationToken::new());
        let served = tokio::spawn(serve(
            listener,
            settings,
            Arc::new(tls),
            Arc::clone(&gate),
            counts.clone(),
            stop.clone(),
        ));
        Self {
            address,
            gate,
            counts,
            stop,
            served,
            data,
        }
    }

    pub fn certificate(&self) -> PathBuf {
        self.data.path().join("smtp.crt")
    }

    /// A client that has read the greeting.
    pub async fn client(&self) -> Client<TcpStream> {
        let mut client = Client::new(TcpStream::connect(self.address).await.unwrap());
        client.expect("220 relay.example ESMTP").await;
        client
    }

    /// Whether a new client is greeted, not sent away.
    pub async fn greets(&self) -> bool {
        let mut client = Client::new(TcpStream::connect(self.address).await.unwrap());
        client.line().await.is_some_and(|line| line.starts_with("220 "))
    }

    /// The bodies taken so far.
    pub fn bodies(&self) -> Vec<Vec<u8>> {
        self.gate
            .taken
            .lock()
            .unwrap()
            .iter()
            .map(|message| message.data.clone())
            .collect()
    }

    pub fn count(&self) -> usize {
        self.gate.taken.lock().unwrap().len()
    }
}

/// One connection to it.
pub struct Client<S> {
    pub stream: BufReader<S>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub fn new(stream: S) -> Self {
        Self {
            stream: BufReader::new(stream),
        }
    }

    /// Sends bytes as they are, in one piece.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// One line of an answer, without CRLF; nothing at the end of the connection.
    pub async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = timeout(PATIENCE, self.stream.read_line(&mut line))
            .await
            .expect("no answer in time");
        if read.unwrap_or(0) == 0 {
            return None;
        }
        Some(line.strip_suffix("\r\n").expect("answers end in CRLF").to_owned())
    }

    /// A whole answer must begin with `start`.
    pub async fn expect(&mut self, start: &str) -> String {
        let mut answer = self
            .line()
            .await
            .unwrap_or_else(|| panic!("closed instead of {start:?}"));
        let mut last = answer.clone();
        while last.as_bytes().get(3) == Some(&b'-') {
            last = self.line().await.unwrap();
            answer = format!("{answer}\n{last}");
        }
        assert!(answer.starts_with(start), "{answer:?} instead of {start:?}");
        answer
    }

    pub async fn says(&mut self, line: &str, start: &str) -> String {
        self.send(format!("{line}\r\n")).await;
        self.expect(start).await
    }

    pub async fn closed(&mut self) {
        assert_eq!(self.line().await, None, "the connection should be closed");
    }

    /// Up to and with the 354.
    pub async fn begin(&mut self, recipient: &str) {
        self.says("EHLO client.example", "250-relay.example").await;
        self.says("MAIL FROM:<ann@sender.example>", "250 2.1.0").await;
        self.says(&format!("RCPT TO:<{recipient}>"), "250 2.1.5").await;
        self.says("DATA", "354 ").await;
    }
}

/// Dots at the start of lines are doubled, and the end is added (RFC 5321 §4.5.2).
pub fn stuffed(body: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        if line.starts_with(b".") {
            text.push(b'.');
        }
        text.extend_from_slice(line);
    }
    text.extend_from_slice(b".\r\n");
    text
}
