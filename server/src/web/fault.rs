//! Reports internal errors: the log gets the causes, the visitor a plain sentence.

use std::error::Error;

use app::api::ApiError;

use crate::{causes::chain, store::StoreError};

/// Logs an error with all its causes.
pub fn log(error: &(dyn Error + 'static)) {
    tracing::error!("{}", chain(error));
}

/// Logs an internal error and returns the error that the person reads.
pub fn fault<E: Error + 'static>(error: E) -> ApiError {
    log(&error);
    ApiError::Unavailable
}

/// Maps [`StoreError::Gone`] to `gone`, and anything else to an internal error.
pub fn unless_gone(gone: ApiError) -> impl FnOnce(StoreError) -> ApiError {
    move |error| match error {
        StoreError::Gone => gone,
        other => fault(other),
    }
}

/// Maps [`StoreError::Taken`] to `taken`, and anything else to an internal error.
pub fn unless_taken(taken: ApiError) -> impl FnOnce(StoreError) -> ApiError {
    move |error| match error {
        StoreError::Taken => taken,
        other => fault(other),
    }
}
