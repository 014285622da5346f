//! Reports internal errors: the log gets the causes, the visitor a plain sentence.

use std::error::Error;

use app::api::ApiError;

use crate::store::StoreError;

/// Logs an error with all that caused it.
pub fn log(error: &dyn Error) {
    let mut causes = String::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        causes.push_str(": ");
        causes.push_str(&error.to_string());
        cause = error.source();
    }
    tracing::error!("{error}{causes}");
}

/// The error that a person reads if a fault is not theirs.
pub fn fault<E: Error>(error: E) -> ApiError {
    log(&error);
    ApiError::Unavailable
}

/// [`StoreError::Gone`] as `gone`, anything else as a fault.
pub fn unless_gone(gone: ApiError) -> impl FnOnce(StoreError) -> ApiError {
    move |error| match error {
        StoreError::Gone => gone,
        other => fault(other),
    }
}

/// [`StoreError::Taken`] as `taken`, anything else as a fault.
pub fn unless_taken(taken: ApiError) -> impl FnOnce(StoreError) -> ApiError {
    move |error| match error {
        StoreError::Taken => taken,
        other => fault(other),
    }
}
