//! Defines signing in at the operator's own provider (OpenID Connect): the way there, links of accounts, and confirming with it.
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

/// Where forms post that lead to the provider. Their fields are `purpose` and `next`.
pub const START_PATH: &str = "/sign-in/provider";

/// How a person confirms a sensitive step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// With the password, each time.
    Password,
    /// By signing in at the provider again.
    Provider {
        /// The provider's name.
        name: String,
        /// Whether the person has done so in the last minutes.
        done: bool,
    },
    /// By signing in again, such as with a passkey.
    SignInAgain {
        /// Whether the person has done so in the last minutes.
        done: bool,
    },
}

/// The link of an account with the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderLink {
    /// The provider's name.
    pub name: String,
    /// Since when the account is linked, if it is.
    #[serde(with = "time::serde::timestamp::option")]
    pub since: Option<OffsetDateTime>,
    /// Whether the person can sign in without it.
    pub may_unlink: bool,
}

/// The page that leads to the provider, for this request only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// The provider's name.
    pub name: String,
    /// The page of the provider.
    pub url: String,
}

/// The sign-in provider.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait ProviderBackend: Send + Sync {
    async fn how_to_confirm(&self) -> Result<Confirmation, ApiError>;
    async fn unlink_provider(&self, password: Zeroizing<String>) -> Result<(), ApiError>;
}

/// Returns how the person confirms a sensitive step.
#[server(prefix = "/api", endpoint = "how_to_confirm")]
pub async fn how_to_confirm() -> Result<Confirmation, ApiError> {
    backend::<dyn ProviderBackend>()?.how_to_confirm().await
}

/// Unlinks the account from the provider, unless it is the only way in. Redirects to `/account`.
#[server(prefix = "/api", endpoint = "unlink_provider")]
pub async fn unlink_provider(#[server(default)] password: String) -> Result<(), ApiError> {
    backend::<dyn ProviderBackend>()?
        .unlink_provider(password.into())
        .await?;
    leads_to("/account#provider-section", Done::ProviderUnlinked, None);
    Ok(())
}
