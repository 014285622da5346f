//! Serves the plain web beside the one with TLS: the answers to a CA (RFC 8555 §8.3), and redirects.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, Uri},
    response::Redirect,
    routing::get,
};

use crate::{acme::Challenges, config::PublicUrl};

/// Answers a CA that asks whether a name leads here.
pub fn challenge_router(challenges: Arc<Challenges>) -> Router {
    Router::new()
        .route("/.well-known/acme-challenge/{token}", get(authorization))
        .with_state(challenges)
}

/// The same, and sends everybody else to the page of the same path at the public address. The host that a client names does
/// not matter, so nobody is led elsewhere.
pub fn redirect_router(challenges: Arc<Challenges>, public_url: PublicUrl) -> Router {
    challenge_router(challenges).fallback(async move |uri: Uri| {
        let path = uri.path_and_query().map(|path| path.as_str());
        // A path begins with a slash; `*` of OPTIONS does not.
        let path = path.filter(|path| path.starts_with('/')).unwrap_or("/");
        Redirect::permanent(&format!("{public_url}{path}"))
    })
}

async fn authorization(
    State(challenges): State<Arc<Challenges>>,
    Path(token): Path<String>,
) -> Result<String, StatusCode> {
    challenges.http(&token).ok_or(StatusCode::NOT_FOUND)
}
