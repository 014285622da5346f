//! One request to another host over a connection of its own, and its answer, which has a limit.

use std::{
    convert::Infallible,
    error::Error,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

use hyper::{
    HeaderMap, Request, Response, StatusCode,
    body::{Body, Bytes, Frame, Incoming, SizeHint},
    client::conn::http1,
    header::CONTENT_TYPE,
};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::task::AbortOnDropHandle;

/// An answer whose body is not read yet. Its connection ends with it.
pub(crate) struct Answer {
    response: Response<Incoming>,
    _connection: AbortOnDropHandle<Result<(), hyper::Error>>,
}

/// Why a body was not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    /// It is larger than it may be.
    #[error("the answer is too large")]
    TooLarge,
    /// It breaks off, or is no HTTP.
    #[error(transparent)]
    Http(#[from] hyper::Error),
}

/// Sends a request by HTTP/1.1, whose `Host` it names. A redirect is an answer like another, which nobody follows.
///
/// # Errors
/// The connection breaks off, or the other side does not speak HTTP.
pub(crate) async fn ask<B>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<B>,
) -> Result<Answer, hyper::Error>
where
    B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = AbortOnDropHandle::new(tokio::spawn(connection));
    Ok(Answer {
        response: sender.send_request(request).await?,
        _connection: connection,
    })
}

impl Answer {
    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Its header.
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// Reads its body, which has so many octets at most.
    ///
    /// # Errors
    /// It is larger, or breaks off.
    pub async fn whole(self, most: usize) -> Result<Response<Vec<u8>>, BodyError> {
        let (parts, mut body) = self.response.into_parts();
        let mut octets = Vec::new();
        while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            let Ok(data) = frame?.into_data() else { continue };
            if octets.len() + data.len() > most {
                return Err(BodyError::TooLarge);
            }
            octets.extend_from_slice(&data);
        }
        Ok(Response::from_parts(parts, octets))
    }
}

/// Whether an answer with this header is plain text (RFC 9110 §8.3).
pub(crate) fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(|kind| kind.as_bytes());
    let kind = kind.unwrap_or_default().split(|octet| *octet == b';').next();
    kind.is_some_and(|kind| kind.trim_ascii().eq_ignore_ascii_case(b"text/plain"))
}

/// The body of a request that is in memory as a whole.
pub(crate) struct Whole(Bytes);

impl From<Bytes> for Whole {
    fn from(octets: Bytes) -> Self {
        Self(octets)
    }
}

impl Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let octets = std::mem::take(&mut self.0);
        Poll::Ready((!octets.is_empty()).then(|| Ok(Frame::data(octets))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }
}
