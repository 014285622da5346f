//! Sets up one-time codes (RFC 6238) and recovery codes, and takes the second step of signing in.
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
        /// The secret as a QR code in SVG.
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
    /// Puts the secret in force. Returns whether recovery codes were created as well.
    async fn finish_two_factor(&self, code: &str) -> Result<bool, ApiError>;
    async fn stop_two_factor(&self, password: Zeroizing<String>) -> Result<(), ApiError>;
    async fn make_recovery_codes(&self, password: Zeroizing<String>) -> Result<(), ApiError>;
    async fn new_recovery_codes(&self) -> Result<Vec<String>, ApiError>;
    async fn keep_recovery_codes(&self) -> Result<(), ApiError>;
    async fn awaits_code(&self) -> Result<bool, ApiError>;
    async fn sign_in_with_code(&self, code: &str) -> Result<(), ApiError>;
}

/// Returns the state of one-time codes. The secret is shown only before its first code. Returns
/// [`ApiError::ConfirmFirst`] if the password was not entered in the last minutes.
#[server(prefix = "/api", endpoint = "two_factor")]
pub async fn two_factor() -> Result<TwoFactorView, ApiError> {
    backend::<dyn TwoFactorBackend>()?.two_factor().await
}

/// Creates a secret, which comes into force with [`finish_two_factor`]. Redirects to `/account/two-factor`.
#[server(prefix = "/api", endpoint = "start_two_factor")]
pub async fn start_two_factor(#[server(default)] password: String) -> Result<(), ApiError> {
    backend::<dyn TwoFactorBackend>()?
        .start_two_factor(password.into())
        .await?;
    leptos_axum::redirect("/account/two-factor");
    Ok(())
}

/// Puts the secret in force. Redirects to the recovery codes, and creates them if there are none.
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
pub async fn stop_two_factor(#[server(default)] password: String) -> Result<(), ApiError> {
    backend::<dyn TwoFactorBackend>()?
        .stop_two_factor(password.into())
        .await?;
    leads_to("/account", Done::TwoFactorOff, None);
    Ok(())
}

/// Creates new recovery codes, which come into force with [`keep_recovery_codes`]. Redirects to
/// `/account/recovery-codes`.
#[server(prefix = "/api", endpoint = "make_recovery_codes")]
pub async fn make_recovery_codes(#[server(default)] password: String) -> Result<(), ApiError> {
    backend::<dyn TwoFactorBackend>()?
        .make_recovery_codes(password.into())
        .await?;
    leptos_axum::redirect("/account/recovery-codes");
    Ok(())
}

/// Returns the new recovery codes, or none once they are in force. Returns [`ApiError::ConfirmFirst`] if the password
/// was not entered in the last minutes.
#[server(prefix = "/api", endpoint = "new_recovery_codes")]
pub async fn new_recovery_codes() -> Result<Vec<String>, ApiError> {
    backend::<dyn TwoFactorBackend>()?.new_recovery_codes().await
}

/// Puts the new recovery codes in force instead of the old ones. Redirects to `/account`.
#[server(prefix = "/api", endpoint = "keep_recovery_codes")]
pub async fn keep_recovery_codes() -> Result<(), ApiError> {
    backend::<dyn TwoFactorBackend>()?.keep_recovery_codes().await?;
    leads_to("/account", Done::RecoveryCodesKept, None);
    Ok(())
}

/// Whether the password was just right and a code is needed.
#[server(prefix = "/api", endpoint = "awaits_code")]
pub async fn awaits_code() -> Result<bool, ApiError> {
    backend::<dyn TwoFactorBackend>()?.awaits_code().await
}

/// Takes the second step of signing in with a one-time code or a recovery code. Redirects to the requested page, see
/// [`super::next`].
#[server(prefix = "/api", endpoint = "sign_in_with_code")]
pub async fn sign_in_with_code(code: String, #[server(default)] next: String) -> Result<(), ApiError> {
    backend::<dyn TwoFactorBackend>()?.sign_in_with_code(&code).await?;
    leptos_axum::redirect(next::after_sign_in(&next));
    Ok(())
}
