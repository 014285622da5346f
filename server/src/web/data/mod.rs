//! Exports a person's data as files, and imports aliases. [`table`] is pure and converts between bytes and lines.

mod export;
mod import;
pub(super) mod table;

use axum::{Router, extract::DefaultBodyLimit, routing::post};
use tower_http::limit::RequestBodyLimitLayer;

use super::{MAX_BODY, Site};

/// `POST /account/export`, `POST /aliases/export`, `POST /account/import`.
pub(super) fn router() -> Router<Site> {
    let export = post(export::export).layer(RequestBodyLimitLayer::new(MAX_BODY));
    // The import limits the body itself, so that its page can report the error.
    let import = post(import::import).layer(DefaultBodyLimit::disable());
    let picked = post(export::export_picked).layer(RequestBodyLimitLayer::new(MAX_BODY));
    Router::new()
        .route("/aliases/export", picked)
        .route("/account/export", export)
        .route("/account/import", import)
}
