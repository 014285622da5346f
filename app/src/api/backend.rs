//! Finds the server's half of one area of the API for the current request.

use std::sync::Arc;

use leptos::prelude::use_context;

use super::error::ApiError;

/// The part of the backend that answers for the trait `T`; [`super::provide`] puts it into the request's context.
pub(crate) fn backend<T: ?Sized + Send + Sync + 'static>() -> Result<Arc<T>, ApiError> {
    use_context::<Arc<T>>().ok_or(ApiError::Unavailable)
}
