//! Defines passkeys (WebAuthn). Requests to the browser and its answers are JSON as in WebAuthn §5.1.8 to §5.1.10.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::error::ApiError;
#[cfg(feature = "ssr")]
use super::{
    backend::backend,
    done::{Done, leads_to},
    next,
};
use crate::id::PasskeyId;

/// A passkey in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyView {
    /// The id of the passkey.
    pub id: PasskeyId,
    /// The name that the person gave it.
    pub name: String,
    /// When it was added.
    #[serde(with = "time::serde::timestamp")]
    pub added: OffsetDateTime,
    /// When it was last used.
    #[serde(with = "time::serde::timestamp::option")]
    pub last_used: Option<OffsetDateTime>,
}

/// Passkeys.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait PasskeyBackend: Send + Sync {
    async fn begin_passkey(&self) -> Result<String, ApiError>;
    async fn add_passkey(&self, name: &str, credential: &str) -> Result<(), ApiError>;
    async fn remove_passkey(&self, passkey: PasskeyId) -> Result<(), ApiError>;
    async fn begin_passkey_sign_in(&self) -> Result<String, ApiError>;
    async fn sign_in_with_passkey(&self, credential: &str) -> Result<(), ApiError>;
}

/// Returns the browser's options for a new passkey: PublicKeyCredentialCreationOptionsJSON. Returns
/// [`ApiError::ConfirmFirst`] if the password was not entered in the last minutes.
#[server(prefix = "/api", endpoint = "begin_passkey")]
pub async fn begin_passkey() -> Result<String, ApiError> {
    backend::<dyn PasskeyBackend>()?.begin_passkey().await
}

/// Adds the passkey that a browser created: RegistrationResponseJSON. Redirects to `/account`.
#[server(prefix = "/api", endpoint = "add_passkey", input = Json)]
pub async fn add_passkey(name: String, credential: String) -> Result<(), ApiError> {
    backend::<dyn PasskeyBackend>()?.add_passkey(&name, &credential).await?;
    leads_to("/account#passkeys-section", Done::PasskeyAdded, None);
    Ok(())
}

/// Deletes a passkey. Redirects to `/account`.
#[server(prefix = "/api", endpoint = "remove_passkey")]
pub async fn remove_passkey(passkey: PasskeyId) -> Result<(), ApiError> {
    backend::<dyn PasskeyBackend>()?.remove_passkey(passkey).await?;
    leads_to("/account#passkeys-section", Done::PasskeyRemoved, None);
    Ok(())
}

/// Returns the browser's options for signing in with any passkey: PublicKeyCredentialRequestOptionsJSON.
#[server(prefix = "/api", endpoint = "begin_passkey_sign_in")]
pub async fn begin_passkey_sign_in() -> Result<String, ApiError> {
    backend::<dyn PasskeyBackend>()?.begin_passkey_sign_in().await
}

/// Signs in with the browser's answer: AuthenticationResponseJSON. It counts as both factors, because the authenticator
/// has verified the person. Redirects to the requested page, see [`super::next`].
#[server(prefix = "/api", endpoint = "sign_in_with_passkey", input = Json)]
pub async fn sign_in_with_passkey(credential: String, #[server(default)] next: String) -> Result<(), ApiError> {
    backend::<dyn PasskeyBackend>()?
        .sign_in_with_passkey(&credential)
        .await?;
    leptos_axum::redirect(next::after_sign_in(&next));
    Ok(())
}
