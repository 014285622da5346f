//! Begins a connection of the web interface with TLS, and answers a CA that asks for a proof of a name (RFC 8737).

use std::{io, sync::Arc};

use rustls::server::Acceptor;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio_rustls::{LazyConfigAcceptor, server::TlsStream};

use crate::{
    acme::{ACME_TLS, Challenges},
    tls::Tls,
};

/// The TLS of the web interface.
#[derive(Clone)]
pub struct WebTls {
    /// The host's certificate.
    pub certificate: Arc<Tls>,
    /// The answers to a CA.
    pub challenges: Arc<Challenges>,
}

impl WebTls {
    /// Shakes hands. Returns `None` if it was with a CA, which has got its answer.
    pub(super) async fn accept<S>(&self, stream: S) -> io::Result<Option<TlsStream<S>>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let hello = start.client_hello();
        let asks_for_proof = hello
            .alpn()
            .is_some_and(|mut protocols| protocols.any(|protocol| protocol == ACME_TLS));
        let proof = hello.server_name().filter(|_| asks_for_proof);
        if let Some(proof) = proof.and_then(|name| self.challenges.tls(name)) {
            start.into_stream(proof).await?.shutdown().await?;
            return Ok(None);
        }
        start.into_stream(self.certificate.web().await).await.map(Some)
    }
}
