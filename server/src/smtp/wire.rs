//! Reads lines from a connection and writes replies to it, each with a deadline. It does not interpret them.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;

use super::line::{Line, LineFault};

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

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The client closed it.
    #[error("closed by the peer")]
    Gone,
    /// The client was too slow.
    #[error("timed out")]
    TimedOut,
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
}

impl Wire {
    pub(super) fn new(stream: TcpStream, write_timeout: Duration) -> Self {
        Self::over(Either::Left(stream), write_timeout)
    }

    fn over(stream: Stream, write_timeout: Duration) -> Self {
        Self {
            stream: BufReader::with_capacity(READ_AHEAD, stream),
            answers: Vec::new(),
            write_timeout,
        }
    }

    /// Reads until `line` is complete. Queued replies are sent before it waits, so that a pipelining client gets them
    /// together (RFC 2920 §3.2) and every other client in time.
    pub(super) async fn read_line(&mut self, line: &mut Line, deadline: Instant) -> Result<(), Fault> {
        loop {
            if self.stream.buffer().is_empty() {
                self.flush().await?;
            }
            let chunk = timeout_at(deadline, self.stream.fill_buf())
                .await
                .map_err(|_| Fault::TimedOut)??;
            if chunk.is_empty() {
                return Err(Fault::Gone);
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

    /// Sends all queued replies.
    pub(super) async fn flush(&mut self) -> Result<(), Fault> {
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
        let secured = timeout(HANDSHAKE, acceptor.accept(plain))
            .await
            .map_err(|_| Fault::TimedOut)??;
        Ok(Self::over(Either::Right(Box::new(secured)), self.write_timeout))
    }

    /// Sends all queued replies and closes the connection in order.
    pub(super) async fn close(mut self) {
        let goodbye = async {
            self.flush().await?;
            self.stream.shutdown().await?;
            let mut rest = self.stream.take(LINGER_OCTETS);
            tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
            Ok::<(), Fault>(())
        };
        // An error here cannot be reported to anybody.
        let _ = timeout(LINGER, goodbye).await;
    }
}
