//! Unsubscribing by the link in a relayed message: whoever has the link may turn the alias off, and nothing else.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

use leptos::prelude::*;

use super::ApiError;

/// Turns off the alias that a token stands for; needs no session. Redirects to the token's page.
#[server(prefix = "/api", endpoint = "unsubscribe")]
pub async fn unsubscribe(token: String) -> Result<(), ApiError> {
    super::backend()?.unsubscribe(&token).await?;
    // It was genuine: letters and digits.
    leptos_axum::redirect(&format!("/u/{token}?done=off"));
    Ok(())
}
