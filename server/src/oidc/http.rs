//! Speaks HTTP with the provider: within limits of time and size, over TLS, and without following redirects.

use std::{io, pin::Pin, sync::Arc, time::Duration};

use hyper::{Request, header::HOST};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use rustls::{
    ClientConfig,
    pki_types::{InvalidDnsNameError, ServerName},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use url::{ParseError, Url};

use crate::{
    config::is_protected,
    http_exchange::{self, BodyError},
    tls::web_client,
};

/// The longest time for one request, from the look-up on. A person waits for up to three of them.
const TIME: Duration = Duration::from_secs(10);
/// The largest answer, in octets. The largest are sets of keys with their certificates.
const LARGEST: usize = 256 << 10;

/// The client.
pub(super) struct HttpClient {
    tls: Arc<ClientConfig>,
    /// Whether the provider is on this machine, without TLS. Another one must not lead to what else is there.
    is_plain: bool,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// It takes too long.
    #[error("the provider takes too long")]
    TooSlow,
    /// The address is no URL.
    #[error("the address is no URL")]
    Url(#[from] ParseError),
    /// The address is neither on https nor on this machine.
    #[error("the address is not on https")]
    Unprotected,
    /// The name cannot be used for TLS.
    #[error("the host's name cannot be used for TLS")]
    Name(#[from] InvalidDnsNameError),
    /// The connection is refused or broken, or the certificate is not valid.
    #[error("the provider is not reached, or its certificate is not valid")]
    Unreachable(#[from] io::Error),
    /// It does not speak HTTP.
    #[error("the provider does not speak HTTP")]
    Http(#[from] hyper::Error),
    /// The request cannot be made.
    #[error("the request cannot be made")]
    Request(#[from] hyper::http::Error),
    /// The answer is too large.
    #[error("the answer is too large")]
    TooLarge,
}

impl From<BodyError> for HttpError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::TooLarge,
            BodyError::Http(error) => error.into(),
        }
    }
}

impl HttpClient {
    /// A client for a provider that is asked without TLS if `is_plain`, and with it only otherwise.
    pub fn new(is_plain: bool) -> Result<Self, rustls::Error> {
        Ok(Self {
            tls: Arc::new(web_client()?),
            is_plain,
        })
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let url = Url::parse(&request.uri().to_string())?;
        if !is_protected(&url) || (url.scheme() != "https" && !self.is_plain) {
            return Err(HttpError::Unprotected);
        }
        let (host, port) = (
            url.host_str().unwrap_or_default(),
            url.port_or_known_default().unwrap_or(443),
        );
        let bare = host.trim_matches(['[', ']']);
        let stream = TcpStream::connect((bare, port)).await?;
        match url.scheme() {
            "https" => {
                let name = ServerName::try_from(bare.to_owned())?;
                let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await?;
                converse(stream, request, &url).await
            }
            _ => converse(stream, request, &url).await,
        }
    }
}

impl<'c> AsyncHttpClient<'c> for HttpClient {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let answer = timeout(TIME, self.ask(request)).await;
            answer.map_err(|_| HttpError::TooSlow)?
        })
    }
}

/// Sends a request and reads its answer.
async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: HttpRequest,
    url: &Url,
) -> Result<HttpResponse, HttpError> {
    let (parts, body) = request.into_parts();
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let mut asked = Request::builder().method(parts.method).uri(target).header(HOST, host);
    for (name, value) in &parts.headers {
        asked = asked.header(name, value);
    }
    // A form or nothing, which is ASCII.
    let asked = asked.body(String::from_utf8_lossy(&body).into_owned())?;
    Ok(http_exchange::ask(stream, asked).await?.whole(LARGEST).await?)
}
