//! Posts traces to the collector.

use std::{
    error::Error,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use hyper::{
    HeaderMap, Request, Response,
    body::Bytes,
    header::{CONTENT_TYPE, HOST, HeaderValue},
};
use opentelemetry_http::{HttpClient, HttpError};
use tokio::{
    net::TcpStream,
    runtime::Handle,
    time::{error::Elapsed, timeout},
};

use crate::http_exchange::{self, BodyError, Whole};

/// The longest time for one batch. The next waits meanwhile, and mail does not.
pub(super) const TIME: Duration = Duration::from_secs(5);
/// The largest answer, in octets. It tells how many spans were refused, and why.
const LARGEST: usize = 64 << 10;
/// The port of `http` (RFC 9110 §4.2.1).
const HTTP_PORT: u16 = 80;

/// The kind of the body: traces as protobuf.
const PROTOBUF: &str = "application/x-protobuf";

/// Why the last batch was not sent, in words. The library that asks for it forgets that.
pub(super) type LastFailure = Arc<Mutex<Option<String>>>;

/// Sends on the relay's runtime. Whoever asks is on a thread of its own.
#[derive(Debug)]
pub(super) struct Collector {
    pub runtime: Handle,
    pub failure: LastFailure,
}

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
        let sent = self.runtime.spawn(async { timeout(TIME, send(request)).await }).await?;
        let sent = sent.map_err(SendError::from).flatten();
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = sent.as_ref().err().map(in_words);
        Ok(sent?)
    }
}

fn in_words(error: &SendError) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

async fn send(request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
    let (mut parts, body) = request.into_parts();
    let authority = parts.uri.authority().cloned().ok_or(SendError::Address)?;
    // Brackets belong to the URL and not to the address (RFC 3986 §3.2.2).
    let host = authority.host().trim_matches(['[', ']']);
    let stream = TcpStream::connect((host, authority.port_u16().unwrap_or(HTTP_PORT))).await?;
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = path.parse().map_err(|_| SendError::Address)?;
    let host = HeaderValue::from_str(authority.as_str()).map_err(|_| SendError::Address)?;
    // No others: the library adds what stands in OTEL_EXPORTER_OTLP_HEADERS.
    parts.headers = HeaderMap::from_iter([(HOST, host), (CONTENT_TYPE, HeaderValue::from_static(PROTOBUF))]);
    let request = Request::from_parts(parts, Whole::from(body));
    let answer = http_exchange::ask(stream, request).await?.whole(LARGEST).await?;
    Ok(answer.map(Bytes::from))
}
