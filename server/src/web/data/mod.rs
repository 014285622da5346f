//! A person's data as files: all of it out, aliases in.

mod export;
mod import;
pub(super) mod table;

use axum::{Router, extract::DefaultBodyLimit, routing::post};

use super::Site;

/// Octets of a table that is brought.
const MOST_OCTETS: usize = 1024 * 1024;

/// `POST /account/export` and `POST /account/import`.
pub(super) fn router() -> Router<Site> {
    Router::new().route("/account/export", post(export::export)).route(
        "/account/import",
        post(import::import).layer(DefaultBodyLimit::max(MOST_OCTETS)),
    )
}
