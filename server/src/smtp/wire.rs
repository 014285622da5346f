//! Reads lines from a connection and writes replies to it, each with a deadline. It does not interpret them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;

use super::line::{Line, LineFault};

use crate::limits::standing::Standing;

/// Octets that are read ahead. It is the memory of an idle connection.
const READ_AHEAD: usize = 4 << 10;
/// Replies to pipelined commands are sent together up to this size.
const WRITE_BEHIND: usize = 4 << 10;
/// The limits, in time and octets, of what is read and discarded after the last reply. Closing with unread input would
/// discard the reply.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_OCTETS: u64 = 1 << 20;
/// The longest time for a TLS handshake, which takes a few round trips.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// The longest time in the middle of a message that earlier octets make up for. Networks lose a packet several times in a
/// row, and recover from it within this.
const STALL: Duration = Duration::from_secs(15);

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The client closed it.
    #[error("closed by the peer")]
    Gone,
    /// The client was too slow.
    #[error("timed out")]
    TimedOut,
    /// Others need the place of a connection that makes no progress.
    #[error("dismissed to make room")]
    Dismissed,
    /// The receiver is stopping.
    #[error("stopping")]
    Stopping,
    /// The engine and the session disagree about the state.
    #[error("engine out of step")]
    OutOfStep,
    /// The message is so far over the limit that its end is not awaited.
    #[error("message without end")]
    TooMuch,
    /// The octets are not a line.
    #[error(transparent)]
    Line(#[from] LineFault),
    /// The connection failed.
    #[error("connection broke")]
    Io(#[from] io::Error),
}

type Stream = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// One connection, before or after STARTTLS.
pub(super) struct Wire {
    stream: BufReader<Stream>,
    answers: Vec<u8>,
    write_timeout: Duration,
    standing: Arc<Standing>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, write_timeout: Duration, standing: Arc<Standing>) -> Self {
        Self::over(Either::Left(stream), write_timeout, standing)
    }

    fn over(stream: Stream, write_timeout: Duration, standing: Arc<Standing>) -> Self {
        Self {
            stream: BufReader::with_capacity(READ_AHEAD, stream),
            answers: Vec::new(),
            write_timeout,
            standing,
        }
    }

    /// Reads until `line` is complete. Queued replies are sent before it waits, so that a pipelining client gets them
    /// together (RFC 2920 §3.2) and every other client in time.
    pub(super) async fn read_line(&mut self, line: &mut Line, deadline: Instant) -> Result<(), Fault> {
        self.read(line, deadline, |_, _| {}).await
    }

    /// The same within a message, where each octet is progress.
    pub(super) async fn read_text(&mut self, line: &mut Line, deadline: Instant) -> Result<(), Fault> {
        let arrive = |standing: &Standing, octets| standing.pass(octets, STALL, Instant::now());
        self.read(line, deadline, arrive).await
    }

    async fn read(&mut self, line: &mut Line, deadline: Instant, arrive: fn(&Standing, usize)) -> Result<(), Fault> {
        loop {
            let waits = self.stream.buffer().is_empty();
            if waits {
                self.flush().await?;
            }
            let filled = tokio::select! {
                biased;
                () = self.standing.dismissed(), if waits => return Err(Fault::Dismissed),
                filled = timeout_at(deadline, self.stream.fill_buf()) => filled,
            };
            let chunk = filled.map_err(|_| Fault::TimedOut)??;
            if chunk.is_empty() {
                return Err(Fault::Gone);
            }
            if waits {
                arrive(&self.standing, chunk.len());
            }
            let (taken, complete) = line.take(chunk)?;
            self.stream.consume(taken);
            if complete {
                return Ok(());
            }
        }
    }

    /// Queues one reply, whose lines have no CRLF.
    pub(super) fn answer(&mut self, lines: &str) {
        for line in lines.lines() {
            self.answers.extend_from_slice(line.as_bytes());
            self.answers.extend_from_slice(b"\r\n");
        }
    }

    /// Sends the queued replies if there are many.
    pub(super) async fn flush_if_large(&mut self) -> Result<(), Fault> {
        if self.answers.len() < WRITE_BEHIND {
            return Ok(());
        }
        self.flush().await
    }

    /// Sends all queued replies, unless the connection has to leave.
    pub(super) async fn flush(&mut self) -> Result<(), Fault> {
        if self.answers.is_empty() {
            return Ok(());
        }
        let standing = Arc::clone(&self.standing);
        tokio::select! {
            biased;
            () = standing.dismissed() => Err(Fault::Dismissed),
            sent = self.send() => sent,
        }
    }

    async fn send(&mut self) -> Result<(), Fault> {
        if self.answers.is_empty() {
            return Ok(());
        }
        let answers = std::mem::take(&mut self.answers);
        let write = async {
            self.stream.write_all(&answers).await?;
            self.stream.flush().await
        };
        timeout(self.write_timeout, write)
            .await
            .map_err(|_| Fault::TimedOut)??;
        Ok(())
    }

    /// Starts TLS. What the client sent ahead in plaintext is discarded, because an attacker on the path could have added
    /// it (RFC 3207 §6, CVE-2011-0411).
    pub(super) async fn start_tls(mut self, acceptor: TlsAcceptor) -> Result<Self, Fault> {
        self.flush().await?;
        let Either::Left(plain) = self.stream.into_inner() else {
            return Err(Fault::OutOfStep);
        };
        let shaken = tokio::select! {
            shaken = timeout(HANDSHAKE, acceptor.accept(plain)) => shaken,
            () = self.standing.dismissed() => return Err(Fault::Dismissed),
        };
        let secured = shaken.map_err(|_| Fault::TimedOut)??;
        let secured = Either::Right(Box::new(secured));
        Ok(Self::over(secured, self.write_timeout, self.standing))
    }

    /// Sends all queued replies and closes the connection in order. If its place is needed, it closes at once.
    pub(super) async fn close(mut self) {
        let standing = Arc::clone(&self.standing);
        // One that was dismissed before has the time for a last reply.
        let has_place = !standing.is_dismissed();
        let goodbye = async {
            self.send().await?;
            self.stream.shutdown().await?;
            let mut rest = self.stream.take(LINGER_OCTETS);
            tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
            Ok::<(), Fault>(())
        };
        // An error here cannot be reported to anybody.
        let _ = tokio::select! {
            said = timeout(LINGER, goodbye) => said,
            () = standing.dismissed(), if has_place => return,
        };
    }
}
