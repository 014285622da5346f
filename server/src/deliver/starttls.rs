//! Starts TLS on an SMTP connection (RFC 3207) with certificates judged as a domain wants.
//!
//! lettre cannot be told how to judge a certificate. So it speaks SMTP on a connection that is only lent to it. After the
//! answer to STARTTLS the connection is taken back and encrypted, and lettre gets the encrypted one as if it were new. Octets
//! that came behind that answer, before TLS, are dropped with the first session: nobody can add answers in the clear.

use std::{
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The greeting that lettre waits for on an encrypted connection. No host sends one after STARTTLS.
const GREETING: &[u8] = b"220 encrypted\r\n";

/// A connection that can be taken back.
pub(super) struct Lent<S> {
    stream: Arc<Mutex<Option<S>>>,
    peer: SocketAddr,
}

/// The right to take a connection back.
pub(super) struct Owner<S>(Arc<Mutex<Option<S>>>);

/// Lends a connection. It works like the connection itself until its owner takes it.
pub(super) fn lend<S>(stream: S, peer: SocketAddr) -> (Lent<S>, Owner<S>) {
    let stream = Arc::new(Mutex::new(Some(stream)));
    let owner = Owner(Arc::clone(&stream));
    (Lent { stream, peer }, owner)
}

impl<S> Owner<S> {
    /// Takes the connection back.
    pub fn take(self) -> io::Result<S> {
        lock(&self.0).take().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

fn lock<S>(stream: &Mutex<Option<S>>) -> MutexGuard<'_, Option<S>> {
    stream.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: Unpin> Lent<S> {
    fn with<T>(&self, act: impl FnOnce(Pin<&mut S>) -> Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match lock(&self.stream).as_mut() {
            Some(stream) => act(Pin::new(stream)),
            None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lent<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_read(context, to))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Lent<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        self.with(|stream| stream.poll_write(context, from))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_shutdown(context))
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> AsyncTokioStream for Lent<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl<S> fmt::Debug for Lent<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lent").field("peer", &self.peer).finish_non_exhaustive()
    }
}

/// An encrypted connection, with a greeting before what the host says.
pub(super) struct Encrypted<S> {
    stream: S,
    greeting: &'static [u8],
    peer: SocketAddr,
}

impl<S> Encrypted<S> {
    pub fn new(stream: S, peer: SocketAddr) -> Self {
        Self {
            stream,
            greeting: GREETING,
            peer,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Encrypted<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.greeting.is_empty() {
            return Pin::new(&mut this.stream).poll_read(context, to);
        }
        let (now, later) = this.greeting.split_at(this.greeting.len().min(to.remaining()));
        to.put_slice(now);
        this.greeting = later;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Encrypted<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, from)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin> AsyncTokioStream for Encrypted<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl<S> fmt::Debug for Encrypted<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encrypted")
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}
