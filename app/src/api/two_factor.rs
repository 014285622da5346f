//! One-time codes (RFC 6238) and recovery codes: setting them up, and the second step of signing in.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use zeroize::Zeroizing;

use super::error::ApiError;
#[cfg(feature = "ssr")]
use super::{
    backend::backend,
    done::{Done, leads_to},
    next,
};

/// The state of one-time codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TwoFactorView {
    /// One-time codes are off.
    Off,
    /// A secret waits for its first code.
    SetUp {
        /// The secret in base 32, in groups of four.
        secret: String,
        /// The same as an SVG image of a QR code.
        qr: String,
    },
    /// One-time codes are on.
    On,
}

/// One-time codes and recovery codes.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait TwoFactorBackend: Send + Sync {
    async fn two_factor(&self) -> Result<TwoFactorView, ApiError>;
    async fn start_two_factor(&self, password: Zeroizing<String>) -> Result<(), ApiError>;
    /// Whether recovery codes were made, too.
    async fn finish_two_factor(&self, code: &str) -> Result<bool, ApiError>;
    async fn stop_two_factor(&self, password: Zeroizing<String>) -> Result<(), ApiError>;
    async fn make_recovery_codes(&self, password: Zeroizing<String>) -> Result<(), ApiError>;
    async fn new_recovery_codes(&self) -> Result<Vec<String>, ApiError>;
    async fn keep_recovery_codes(&self) -> Result<(), ApiError>;
    async fn awaits_code(&self) -> Result<bool, ApiError>;
    async fn sign_in_with_code(&self, code: &str) -> Result<(), ApiError>;
}

/// How one-time codes stand. The secret is shown only before its first code, and only where the password was given in the
/// last minutes; else [`ApiError::ConfirmFirst`].
#[server(prefix = "/api", endpoint = "two_factor")]
pub async fn two_factor() -> Result<TwoFactorView, ApiError> {
    backend::<dyn TwoFactorBackend>()?.two_factor().await
}

/// Makes a secret, which is not in force before [`finish_two_factor`]. Redirects to `/account/two-factor`.
#[server(prefix = "/api", endpoint = "start_two_factor")]
pub async fn start_two_factor(password: String) -> Result<(), ApiError> {
    backend::<dyn TwoFactorBackend>()?
        .start_two_factor(password.into())
        .await?;
    leptos_axum::redirect("/account/two-factor");
    Ok(())
}

/// Puts the secret in force. Redirects to the recovery codes, which are made where there are none.
#[server(prefix = "/api", endpoint = "finish_two_factor")]
pub async fn finish_two_factor(code: String) -> Result<(), ApiError> {
    match backend::<dyn TwoFactorBackend>()?.finish_two_factor(&code).await? {
        true => leptos_axum::redirect("/account/recovery-codes"),
        false => leads_to("/account", Done::TwoFactorOn, None),
    }
    Ok(())
}

/// Turns one-time codes off. Redirects to `/account`.
#[server(prefix = "/api", endpoint = "stop_two_factor")]
pub async fn stop_two_factor(password: String) -> Result<(), ApiError> {
    backend::<dyn TwoFactorBackend>()?
        .stop_two_factor(password.into())
        .await?;
    leads_to("/account", Done::TwoFactorOff, None);
    Ok(())
}

/// Makes new recovery codes, which are not in force before [`keep_recovery_codes`]. Redirects to
/// `/account/recovery-codes`.
#[server(prefix = "/api", endpoint = "make_recovery_codes")]
pub async fn make_recovery_codes(password: String) -> Result<(), ApiError> {
    backend::<dyn TwoFactorBackend>()?
        .make_recovery_codes(password.into())
        .await?;
    leptos_axum::redirect("/account/recovery-codes");
    Ok(())
}

/// The new recovery codes; none once they are in force. [`ApiError::ConfirmFirst`] where the password was not given in
/// the last minutes.
#[server(prefix = "/api", endpoint = "new_recovery_codes")]
pub async fn new_recovery_codes() -> Result<Vec<String>, ApiError> {
    backend::<dyn TwoFactorBackend>()?.new_recovery_codes().await
}

/// Puts the new recovery codes in force; those before are void. Redirects to `/account`.
#[server(prefix = "/api", endpoint = "keep_recovery_codes")]
pub async fn keep_recovery_codes() -> Result<(), ApiError> {
    backend::<dyn TwoFactorBackend>()?.keep_recovery_codes().await?;
    leads_to("/account", Done::RecoveryCodesKept, None);
    Ok(())
}

/// Whether the password was right just now and a code is awaited.
#[server(prefix = "/api", endpoint = "awaits_code")]
pub async fn awaits_code() -> Result<bool, ApiError> {
    backend::<dyn TwoFactorBackend>()?.awaits_code().await
}

/// The second step of signing in: a one-time code, or a recovery code. Redirects to the page that was asked for, see
/// [`super::next`].
#[server(prefix = "/api", endpoint = "sign_in_with_code")]
pub async fn sign_in_with_code(code: String, #[server(default)] next: String) -> Result<(), ApiError> {
    backend::<dyn TwoFactorBackend>()?.sign_in_with_code(&code).await?;
    leptos_axum::redirect(next::after_sign_in(&next));
    Ok(())
}
