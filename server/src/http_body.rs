//! Bodies of requests to other hosts and of their answers, which have a limit.

use std::{
    convert::Infallible,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};

/// A body that is in memory as a whole.
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

/// Returns the octets of a body, of which there are so many at most.
///
/// # Errors
/// It is larger, or breaks off.
pub(crate) async fn read(mut body: Incoming, most: usize) -> Result<Vec<u8>, BodyError> {
    let mut octets = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(data) = frame?.into_data() else { continue };
        if octets.len() + data.len() > most {
            return Err(BodyError::TooLarge);
        }
        octets.extend_from_slice(&data);
    }
    Ok(octets)
}
