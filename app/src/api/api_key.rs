//! Defines API keys, with which password managers and other tools create aliases.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
#[cfg(feature = "ssr")]
use zeroize::Zeroizing;

use super::error::ApiError;
#[cfg(feature = "ssr")]
use super::{
    backend::backend,
    done::{Done, leads_to},
};
use crate::id::ApiKeyId;

/// An API key in the list. Its secret was shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyView {
    /// The id of the key.
    pub id: ApiKeyId,
    /// The name that the person gave it.
    pub name: String,
    /// When it was created.
    #[serde(with = "time::serde::timestamp")]
    pub created_at: OffsetDateTime,
    /// When it was last used, to the hour.
    #[serde(with = "time::serde::timestamp::option")]
    pub last_used_at: Option<OffsetDateTime>,
    /// When it expires, or `None` if it does not.
    #[serde(with = "time::serde::timestamp::option")]
    pub expires_at: Option<OffsetDateTime>,
    /// Whether it has expired.
    pub ended: bool,
}

/// The page of API keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeysView {
    /// The keys of the account, newest first.
    pub keys: Vec<ApiKeyView>,
    /// A new key, which is shown only now.
    pub made: Option<String>,
    /// The URL of the API without a slash at its end.
    pub server: String,
    /// The server's time, which ages are relative to.
    #[serde(with = "time::serde::timestamp")]
    pub now: OffsetDateTime,
}

/// API keys for a person's tools.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait ApiKeyBackend: Send + Sync {
    async fn api_keys(&self) -> Result<ApiKeysView, ApiError>;
    async fn create_api_key(&self, name: &str, days: u16, password: Zeroizing<String>) -> Result<(), ApiError>;
    async fn revoke_api_key(&self, key: ApiKeyId) -> Result<(), ApiError>;
}

/// Returns the account's keys. The first answer after [`create_api_key`] includes the new key, and no other does.
#[server(prefix = "/api", endpoint = "api_keys")]
pub async fn api_keys() -> Result<ApiKeysView, ApiError> {
    backend::<dyn ApiKeyBackend>()?.api_keys().await
}

/// Creates a key that expires after `days`, or never if that is 0. The password proves that the account's owner asks.
/// Redirects to the page of keys, which shows it once.
#[server(prefix = "/api", endpoint = "create_api_key")]
pub async fn create_api_key(name: String, days: u16, #[server(default)] password: String) -> Result<(), ApiError> {
    backend::<dyn ApiKeyBackend>()?
        .create_api_key(&name, days, password.into())
        .await?;
    leptos_axum::redirect("/account/api-keys");
    Ok(())
}

/// Revokes a key, so that tools with it are refused. Redirects to the page of keys.
#[server(prefix = "/api", endpoint = "revoke_api_key")]
pub async fn revoke_api_key(key: ApiKeyId) -> Result<(), ApiError> {
    backend::<dyn ApiKeyBackend>()?.revoke_api_key(key).await?;
    leads_to("/account/api-keys", Done::ApiKeyRevoked, None);
    Ok(())
}
