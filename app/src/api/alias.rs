//! Aliases.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{ApiError, account::MailboxId};
use crate::address::EmailAddress;

/// Identifies an alias.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, derive_more::Display, derive_more::FromStr,
)]
#[serde(transparent)]
pub struct AliasId(pub i64);

/// An alias in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasView {
    /// Its id.
    pub id: AliasId,
    /// Its address under the relay's domain.
    pub address: EmailAddress,
    /// What the person calls it; may be empty.
    pub label: String,
    /// Whether mail to it is accepted.
    pub enabled: bool,
    /// Address of the mailbox that it delivers to.
    pub mailbox: EmailAddress,
}

/// The account's aliases, newest first.
#[server(prefix = "/api", endpoint = "aliases")]
pub async fn aliases() -> Result<Vec<AliasView>, ApiError> {
    super::backend()?.aliases().await
}

/// A readable random local part that is free now; nothing is taken yet.
#[server(prefix = "/api", endpoint = "suggest_alias")]
pub async fn suggest_alias() -> Result<String, ApiError> {
    super::backend()?.suggest_alias().await
}

/// Takes an alias for a mailbox.
#[server(prefix = "/api", endpoint = "create_alias")]
pub async fn create_alias(local: String, label: String, mailbox: MailboxId) -> Result<(), ApiError> {
    super::backend()?.create_alias(&local, &label, mailbox).await
}

/// Enables or disables an alias.
#[server(prefix = "/api", endpoint = "set_alias_enabled")]
pub async fn set_alias_enabled(alias: AliasId, enabled: bool) -> Result<(), ApiError> {
    super::backend()?.set_alias_enabled(alias, enabled).await
}

/// Deletes an alias for good: its local part is never given out again.
#[server(prefix = "/api", endpoint = "delete_alias")]
pub async fn delete_alias(alias: AliasId) -> Result<(), ApiError> {
    super::backend()?.delete_alias(alias).await
}
