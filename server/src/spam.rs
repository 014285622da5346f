//! Asks rspamd about a message before it is sealed, as nobody behind the relay can: over HTTP, by its own protocol
//! (<https://docs.rspamd.com/developers/protocol/>).
//!
//! No message is lost by its word: "discard" is a refusal here, and a filter that does not answer means that the sender
//! comes back.

use std::{
    convert::Infallible,
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use app::address::EmailAddress;
use hyper::{
    Request, StatusCode,
    body::{Body, Bytes, Frame, SizeHint},
    header::HOST,
};
use serde::Deserialize;
use tokio::{net::TcpStream, time::timeout};

use crate::{
    envelope::{Client, ReversePath},
    http_exchange::{self, BodyError},
    mail::indexed::IndexedMessage,
};

/// The longest time for one message. The sender waits meanwhile, at least 10 minutes (RFC 5321 §4.5.3.2.6).
const TIME: Duration = Duration::from_secs(60);
/// The largest answer, in octets. It names each rule that matched.
const LARGEST: usize = 1 << 20;
/// How much of a message is copied at once, so that a large one is not in memory twice.
const PIECE: usize = 64 << 10;

/// A filter at an address of this machine or of its own network.
pub struct SpamFilter(SocketAddr);

/// The filter's judgement of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// Nothing.
    Good,
    /// It looks like spam, and not enough to refuse it. Its reader is told.
    Suspicious(Score),
    /// The sender is to come back: greylisting, or a limit.
    Later,
    /// It is spam.
    Spam,
}

/// How much a message looks like spam.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Its points.
    pub points: f64,
    /// The points from which on the filter has it refused.
    pub refused_from: f64,
}

/// As the reader of the message sees it.
impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} of {:.1}", self.points, self.refused_from)
    }
}

/// Why the filter said nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpamError {
    /// It does not answer in time.
    #[error("the spam filter takes too long")]
    TooSlow,
    /// The connection is refused or broken.
    #[error("the spam filter is not reached")]
    Unreachable(#[from] io::Error),
    /// It does not speak HTTP.
    #[error("the spam filter does not speak HTTP")]
    Http(#[from] hyper::Error),
    /// The envelope does not fit into a header.
    #[error("the spam filter cannot be asked about this envelope")]
    Request(#[from] hyper::http::Error),
    /// It refuses the request.
    #[error("the spam filter answers {0}")]
    Status(StatusCode),
    /// Its answer is larger than it can be.
    #[error("the spam filter's answer is too large")]
    TooLarge,
    /// Its answer is not that of rspamd.
    #[error("the spam filter's answer is not understood")]
    Answer(#[from] serde_json::Error),
}

/// The part of rspamd's answer that counts.
#[derive(Deserialize)]
struct Answer {
    action: Action,
    #[serde(default)]
    score: f64,
    #[serde(default)]
    required_score: f64,
}

/// rspamd's actions.
#[derive(Clone, Copy, Deserialize)]
enum Action {
    #[serde(rename = "no action")]
    None,
    #[serde(rename = "greylist")]
    Greylist,
    #[serde(rename = "soft reject")]
    SoftReject,
    #[serde(rename = "add header")]
    AddHeader,
    #[serde(rename = "rewrite subject")]
    RewriteSubject,
    #[serde(rename = "quarantine")]
    Quarantine,
    #[serde(rename = "reject")]
    Reject,
    #[serde(rename = "discard")]
    Discard,
}

impl SpamFilter {
    /// A filter that listens at this address: rspamd's normal worker, or its proxy.
    pub const fn new(address: SocketAddr) -> Self {
        Self(address)
    }

    /// Asks about a message.
    ///
    /// # Errors
    /// The filter did not judge it.
    pub async fn judge(
        &self,
        client: &Client,
        recipient: &EmailAddress,
        data: &IndexedMessage,
    ) -> Result<Verdict, SpamError> {
        let answer = timeout(TIME, self.ask(client, recipient, data.clone())).await;
        let Answer {
            action,
            score,
            required_score,
        } = serde_json::from_slice(&answer.map_err(|_| SpamError::TooSlow)??)?;
        Ok(match action {
            Action::None => Verdict::Good,
            Action::AddHeader | Action::RewriteSubject | Action::Quarantine => Verdict::Suspicious(Score {
                points: score,
                refused_from: required_score,
            }),
            Action::Greylist | Action::SoftReject => Verdict::Later,
            Action::Reject | Action::Discard => Verdict::Spam,
        })
    }

    /// Asks whether the filter is there.
    ///
    /// # Errors
    /// It is not.
    pub async fn ping(&self) -> Result<(), SpamError> {
        let stream = TcpStream::connect(self.0).await?;
        let request = Request::get("/ping").header(HOST, self.0.to_string());
        let answer = http_exchange::ask(stream, request.body(String::new())?).await?;
        match answer.status() {
            StatusCode::OK => Ok(()),
            status => Err(SpamError::Status(status)),
        }
    }

    async fn ask(&self, client: &Client, recipient: &EmailAddress, data: IndexedMessage) -> Result<Vec<u8>, SpamError> {
        let stream = TcpStream::connect(self.0).await?;
        let mut request = Request::post("/checkv2")
            .header(HOST, self.0.to_string())
            .header("IP", client.ip.to_string())
            .header("Helo", printable(&client.helo))
            .header("Rcpt", recipient.as_str());
        if let ReversePath::Address(from) = &client.reverse_path {
            request = request.header("From", printable(from));
        }
        let answer = http_exchange::ask(stream, request.body(Pieces { data, sent: 0 })?).await?;
        match answer.status() {
            StatusCode::OK => Ok(answer.whole(LARGEST).await?.into_body()),
            status => Err(SpamError::Status(status)),
        }
    }
}

/// A client chooses these texts, and a header cannot hold everything.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// A message as the body of a request.
struct Pieces {
    data: IndexedMessage,
    sent: usize,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let rest = self.data.get(self.sent..).unwrap_or_default();
        let piece = Bytes::copy_from_slice(&rest[..rest.len().min(PIECE)]);
        self.sent += piece.len();
        Poll::Ready((!piece.is_empty()).then(|| Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact((self.data.len() - self.sent) as u64)
    }
}

impl From<BodyError> for SpamError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::TooLarge,
            BodyError::Http(error) => error.into(),
        }
    }
}
