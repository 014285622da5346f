//! Exports a person's data as files, and imports aliases; [`table`] is pure: bytes in, lines out, and back.

mod export;
mod import;
pub(super) mod table;

use axum::{Router, extract::DefaultBodyLimit, routing::post};
use tower_http::limit::RequestBodyLimitLayer;

use super::{MAX_BODY, Site};

/// `POST /account/export`, `POST /account/import`.
pub(super) fn router() -> Router<Site> {
    let export = post(export::export).layer(RequestBodyLimitLayer::new(MAX_BODY));
    // It reads and bounds the body itself, in order to say so on its page.
    let import = post(import::import).layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/account/export", export)
        .route("/account/import", import)
}
