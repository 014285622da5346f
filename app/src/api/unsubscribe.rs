//! Unsubscribes with the link in a relayed message. The link can only turn the alias off.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use super::backend::backend;
use super::error::ApiError;

/// Unsubscribing from relayed mail.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait UnsubscribeBackend: Send + Sync {
    async fn unsubscribe(&self, token: &str) -> Result<(), ApiError>;
}

/// Turns off the alias of a token without a session. Redirects to the token's page.
#[server(prefix = "/api", endpoint = "unsubscribe")]
pub async fn unsubscribe(token: String) -> Result<(), ApiError> {
    backend::<dyn UnsubscribeBackend>()?.unsubscribe(&token).await?;
    // A valid token has only letters and digits.
    leptos_axum::redirect(&format!("/u/{token}?done=off"));
    Ok(())
}
