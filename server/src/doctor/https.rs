//! Asks one of the relay's own web addresses for a page, as a browser or another mail server would.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use futures::future::try_join_all;
use hyper::{Request, Response, header::HOST};
use rustls::pki_types::{InvalidDnsNameError, ServerName};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;

use crate::{
    dns::{LookUp, NoAnswer},
    http_exchange::{self, BodyError},
    tls::{Leaf, web_client},
};

/// The port of `https` (RFC 9110 §4.2.2).
pub(super) const HTTPS: u16 = 443;
/// Most addresses of a host that are asked.
const MOST: usize = 4;
/// How long one page may take, from the look-up on.
const PATIENCE: Duration = Duration::from_secs(6);
/// The largest page, in octets.
const LARGEST: usize = 64 << 10;

/// A page, and the certificate of its host.
pub(super) struct Page {
    pub answer: Response<Vec<u8>>,
    pub certificate: Option<Leaf>,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoPage {
    #[error("the resolver failed")]
    Resolver(#[from] NoAnswer),
    #[error("the name has no address")]
    NoAddress,
    #[error("it takes too long")]
    TooSlow,
    #[error("no connection to {0}")]
    Unreachable(IpAddr, #[source] io::Error),
    #[error("the host cannot be named in TLS")]
    Name(#[from] InvalidDnsNameError),
    #[error("TLS could not be set up")]
    Tls(#[from] rustls::Error),
    #[error("the certificate is not valid, or it is not TLS")]
    Certificate(#[source] io::Error),
    #[error("it does not speak HTTP")]
    Http(#[from] hyper::Error),
    #[error("the request cannot be made")]
    Request(#[from] hyper::http::Error),
    #[error("the page is too large")]
    TooLarge,
}

impl From<BodyError> for NoPage {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::TooLarge,
            BodyError::Http(error) => error.into(),
        }
    }
}

/// Gets a page from each address of the host, as others may take any. No redirect is followed. Returns the first failure, or a page.
pub(super) async fn get(look_up: &LookUp, host: &str, port: u16, path: &str) -> Result<Page, NoPage> {
    timeout(PATIENCE, get_from_all(look_up, host, port, path))
        .await
        .map_err(|_| NoPage::TooSlow)?
}

async fn get_from_all(look_up: &LookUp, host: &str, port: u16, path: &str) -> Result<Page, NoPage> {
    let addresses = look_up.addresses(host).await?;
    let addresses = addresses.into_iter().take(MOST).map(|ip| SocketAddr::new(ip, port));
    let tls = TlsConnector::from(Arc::new(web_client()?));
    let pages = try_join_all(addresses.map(|address| get_from(&tls, address, host, path))).await?;
    pages.into_iter().next().ok_or(NoPage::NoAddress)
}

async fn get_from(tls: &TlsConnector, address: SocketAddr, host: &str, path: &str) -> Result<Page, NoPage> {
    let unreachable = |error| NoPage::Unreachable(address.ip(), error);
    let stream = TcpStream::connect(address).await.map_err(unreachable)?;
    let connected = tls.connect(ServerName::try_from(host.to_owned())?, stream).await;
    let stream = connected.map_err(NoPage::Certificate)?;
    let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
    let leaf = chain.first().and_then(|leaf| Leaf::read(leaf).ok());
    let authority = match address.port() {
        HTTPS => host.to_owned(),
        port => format!("{host}:{port}"),
    };
    let request = Request::get(path).header(HOST, authority).body(String::new())?;
    let answer = http_exchange::ask(stream, request).await?.whole(LARGEST).await?;
    Ok(Page {
        answer,
        certificate: leaf,
    })
}
