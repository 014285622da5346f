//! Serves the API for tools: JSON over HTTP, a key in the header, no cookie.
//!
//! It implements APIs that generators of forwarded addresses know already: addy.io's API for aliases (`/api/v1/…`), and
//! SimpleLogin's call for a random alias. The OpenAPI description is generated from the code that answers.
//!
//! The API has no rules of its own. Every call goes through the same backend as the pages, for the key's account. The
//! routes are outside the cross-site check, because cookies do not count here.

mod account;
mod aliases;
mod answer;
mod caller;
mod description;
mod simple_login;

use axum::{
    Router,
    routing::{delete, get, post},
};
pub(super) use caller::PREFIX;

use super::Site;

/// Returns all calls. None of them reads cookies, so no other site can make a browser act for its person here.
pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/api/openapi.json", get(description::description))
        .route("/api/v1/aliases", get(aliases::list).post(aliases::create))
        .route(
            "/api/v1/aliases/{id}",
            get(aliases::read).patch(aliases::change).delete(aliases::remove),
        )
        .route("/api/v1/active-aliases", post(aliases::activate))
        .route("/api/v1/active-aliases/{id}", delete(aliases::deactivate))
        .route("/api/v1/domain-options", get(aliases::domain_options))
        .route("/api/v1/api-token-details", get(account::key_details))
        .route("/api/v1/account-details", get(account::details))
        .route("/api/v1/recipients", get(account::recipients))
        .route("/api/alias/random/new", post(simple_login::random))
}
