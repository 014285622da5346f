//! How long a mail host may take, and how much it may say. The host belongs to strangers: it may be silent, answer one octet a
//! minute, or send a line without end. The SMTP library bounds none of these.

use std::{
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep},
};

/// Most octets that a host may send in one connection: an answer has a few hundred, and a chain of TLS certificates some
/// thousand.
const MOST_READ: usize = 256 << 10;
/// Octets per second that a large message gets time for beyond [`Timeouts::whole`].
const SLOWEST: u64 = 16 << 10;

/// The time limits of a delivery.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Longest time in which a host neither sends nor takes an octet. RFC 5321 §4.5.3.2 asks for up to ten minutes at the end of
    /// DATA; hosts that need them are tried again.
    pub step: Duration,
    /// Longest time for one parcel, from the look-up of its hosts to the answer of the last one. Large parcels get more.
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
    /// The moment at which a delivery that starts now and has this many octets is given up.
    pub(super) fn deadline(&self, octets: usize) -> Instant {
        Instant::now() + self.whole + Duration::from_secs(octets as u64 / SLOWEST)
    }
}

/// A connection to a mail host that fails if the host is silent for too long or sends too much.
pub(super) struct Paced {
    stream: TcpStream,
    step: Duration,
    silence: Pin<Box<Sleep>>,
    read: usize,
}

impl Paced {
    /// Watches over a connection; `step` is the longest silence.
    pub fn new(stream: TcpStream, step: Duration) -> Self {
        Self {
            stream,
            step,
            silence: Box::pin(sleep(step)),
            read: 0,
        }
    }

    /// Gives the host time again after it did something; fails if it did nothing for too long.
    fn watch<T>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.silence.as_mut().reset(Instant::now() + self.step);
            return polled;
        }
        ready!(self.silence.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the host is silent")))
    }
}

impl AsyncRead for Paced {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = to.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(context, to);
        ready!(this.watch(context, polled))?;
        this.read += to.filled().len() - before;
        Poll::Ready(match this.read > MOST_READ {
            true => Err(io::Error::new(io::ErrorKind::InvalidData, "the host sends too much")),
            false => Ok(()),
        })
    }
}

impl AsyncWrite for Paced {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write(context, from);
        this.watch(context, polled)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

impl AsyncTokioStream for Paced {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl fmt::Debug for Paced {
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
}
