//! Limits how long a mail host may take and how much it may send. The host belongs to a stranger. It may be silent, send
//! one octet a minute, or send an endless line, and the SMTP library does not limit this.

use std::{
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, error::Elapsed, sleep, timeout},
};

/// Most octets that a host may send while it takes one message. An answer has some hundred octets, and a TLS certificate chain
/// some thousand.
const MOST_READ: usize = 256 << 10;
/// The slowest rate, in octets per second, that extends [`Timeouts::whole`] for a large message.
const SLOWEST: u64 = 16 << 10;

/// The time limits of a delivery.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// The longest time in which a host neither sends nor takes an octet. RFC 5321 §4.5.3.2 allows up to ten minutes at the
    /// end of DATA; hosts that need so long are tried again.
    pub step: Duration,
    /// The longest time for one parcel, from the host look-up to the last answer. Large parcels get more.
    pub whole: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            step: Duration::from_secs(2 * 60),
            whole: Duration::from_secs(10 * 60),
        }
    }
}

impl Timeouts {
    /// The moment at which a delivery of this many octets that starts now is given up.
    pub(super) fn deadline(&self, octets: usize) -> Instant {
        Instant::now() + self.whole + Duration::from_secs(octets as u64 / SLOWEST)
    }
}

/// How many octets a host has sent since the last message began. The connection counts, and its user begins anew.
#[derive(Clone, Debug, Default)]
pub(super) struct Allowance(Arc<AtomicUsize>);

impl Allowance {
    /// Begins anew.
    pub fn renew(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Counts octets. Returns whether the host has sent too much.
    fn is_exceeded_by(&self, octets: usize) -> bool {
        self.0.fetch_add(octets, Ordering::Relaxed).saturating_add(octets) > MOST_READ
    }
}

/// A connection to a mail host. It fails if the host is silent for too long or sends too much.
pub(super) struct Paced<S> {
    stream: S,
    peer: SocketAddr,
    step: Duration,
    silence: Pin<Box<Sleep>>,
    read: Allowance,
}

/// Connects to a host that has so long to answer. The end of a message is a packet of its own, and must not wait until the host has
/// acknowledged the one before.
pub(super) async fn connect(host: SocketAddr, step: Duration) -> Result<io::Result<TcpStream>, Elapsed> {
    let connected = timeout(step, TcpStream::connect(host)).await?;
    Ok(connected.and_then(|stream| stream.set_nodelay(true).map(|()| stream)))
}

impl<S> Paced<S> {
    /// Wraps a connection; `step` is the longest silence.
    pub fn new(stream: S, peer: SocketAddr, step: Duration) -> Self {
        Self {
            stream,
            peer,
            step,
            silence: Box::pin(sleep(step)),
            read: Allowance::default(),
        }
    }

    /// The count of what the host has sent.
    pub fn allowance(&self) -> Allowance {
        self.read.clone()
    }

    /// Restarts the timer after progress, and fails after too long without any.
    fn watch<T>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.silence.as_mut().reset(Instant::now() + self.step);
            return polled;
        }
        ready!(self.silence.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the host is silent")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = to.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(context, to);
        ready!(this.watch(context, polled))?;
        Poll::Ready(match this.read.is_exceeded_by(to.filled().len() - before) {
            true => Err(io::Error::new(io::ErrorKind::InvalidData, "the host sends too much")),
            false => Ok(()),
        })
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write(context, from);
        this.watch(context, polled)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // TLS may hold octets back until then.
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_flush(context);
        this.watch(context, polled)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin> AsyncTokioStream for Paced<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl<S> fmt::Debug for Paced<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paced")
            .field("read", &self.read)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_parcel_gets_more_time() {
        let timeouts = Timeouts::default();
        let octets = 50 << 20;
        let more = Duration::from_secs(octets / SLOWEST);
        assert!(more > timeouts.whole);
        let now = Instant::now();
        assert!(timeouts.deadline(usize::try_from(octets).unwrap()) >= now + timeouts.whole + more);
    }

    #[tokio::test]
    async fn the_end_of_a_message_does_not_wait_for_an_acknowledgement() {
        let host = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = host.local_addr().unwrap();
        let stream = connect(address, Duration::from_secs(60)).await.unwrap().unwrap();
        assert!(stream.nodelay().unwrap());
    }
}
