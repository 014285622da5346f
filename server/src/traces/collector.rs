//! Posts traces to the collector.

use std::{io, time::Duration};

use async_trait::async_trait;
use hyper::{
    Request, Response,
    body::Bytes,
    client::conn::http1,
    header::{HOST, HeaderValue},
};
use hyper_util::rt::TokioIo;
use opentelemetry_http::{HttpClient, HttpError};
use tokio::{
    net::TcpStream,
    runtime::Handle,
    time::{error::Elapsed, timeout},
};
use tokio_util::task::AbortOnDropHandle;

use crate::http_body::{self, BodyError, Whole};

/// The longest time for one batch. The next waits meanwhile, and mail does not.
pub(super) const TIME: Duration = Duration::from_secs(5);
/// The largest answer, in octets. It tells how many spans were refused, and why.
const LARGEST: usize = 64 << 10;
/// The port of `http` (RFC 9110 §4.2.1).
const HTTP_PORT: u16 = 80;

/// Sends on the relay's runtime. Whoever asks is on a thread of its own.
#[derive(Debug)]
pub(super) struct Collector(pub Handle);

/// Why a batch was not sent.
#[derive(Debug, thiserror::Error)]
enum SendError {
    #[error("the collector takes too long")]
    TooSlow(#[from] Elapsed),
    #[error("the collector is not reached")]
    Unreachable(#[from] io::Error),
    #[error("the collector does not speak HTTP")]
    Http(#[from] hyper::Error),
    #[error("the collector's address cannot be used")]
    Address,
    #[error(transparent)]
    Body(#[from] BodyError),
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = self.0.spawn(async { timeout(TIME, send(request)).await }).await?;
        Ok(sent.map_err(SendError::from)??)
    }
}

async fn send(request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
    let (mut parts, body) = request.into_parts();
    let authority = parts.uri.authority().cloned().ok_or(SendError::Address)?;
    // Brackets belong to the URL and not to the address (RFC 3986 §3.2.2).
    let host = authority.host().trim_matches(['[', ']']);
    let stream = TcpStream::connect((host, authority.port_u16().unwrap_or(HTTP_PORT))).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let _connection = AbortOnDropHandle::new(tokio::spawn(connection));
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = path.parse().map_err(|_| SendError::Address)?;
    let host = HeaderValue::from_str(authority.as_str()).map_err(|_| SendError::Address)?;
    parts.headers.insert(HOST, host);
    let answer = sender
        .send_request(Request::from_parts(parts, Whole::from(body)))
        .await?;
    let (parts, body) = answer.into_parts();
    let body = http_body::read(body, LARGEST).await?;
    Ok(Response::from_parts(parts, body.into()))
}
