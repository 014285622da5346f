//! Resets a forgotten password.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use zeroize::Zeroizing;

use super::error::ApiError;
#[cfg(feature = "ssr")]
use super::{
    backend::backend,
    done::{Done, leads_to},
};

/// Replaces forgotten passwords.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait RecoveryBackend: Send + Sync {
    async fn forgot_password(&self, email: &str) -> Result<(), ApiError>;
    async fn reset_password(
        &self,
        email: &str,
        code: &str,
        second: &str,
        password: Zeroizing<String>,
    ) -> Result<(), ApiError>;
}

/// Mails a code if the address has an account with a verified mailbox. The answer does not reveal whether it has.
/// Redirects to `/forgot/code`.
#[server(prefix = "/api", endpoint = "forgot_password")]
pub async fn forgot_password(email: String) -> Result<(), ApiError> {
    backend::<dyn RecoveryBackend>()?.forgot_password(&email).await?;
    leptos_axum::redirect("/forgot/code");
    Ok(())
}

/// Replaces the password with the mailed code or a recovery code. If one-time codes are on, `second` is a one-time code
/// or another recovery code. All sessions end, and passkeys, recovery codes and API keys become void. Redirects to
/// `/sign-in`.
#[server(prefix = "/api", endpoint = "reset_password")]
pub async fn reset_password(
    email: String,
    code: String,
    #[server(default)] second: String,
    password: String,
) -> Result<(), ApiError> {
    backend::<dyn RecoveryBackend>()?
        .reset_password(&email, &code, &second, password.into())
        .await?;
    leads_to("/sign-in", Done::PasswordReset, None);
    Ok(())
}
