//! Finds the server's part of one API area for the current request.

use std::sync::Arc;

use leptos::prelude::use_context;

use super::error::ApiError;

/// Returns the backend for the trait `T`, which [`super::provide`] put into the request's context.
pub(crate) fn backend<T: ?Sized + Send + Sync + 'static>() -> Result<Arc<T>, ApiError> {
    use_context::<Arc<T>>().ok_or(ApiError::Unavailable)
}
