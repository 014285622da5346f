//! Reads the body of another host's answer, within a limit.

use std::{future::poll_fn, pin::Pin};

use hyper::body::{Body, Incoming};

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
