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

/// Most characters of the name that correspondents see.
pub const MAX_NAME: usize = 64;

/// An alias on its own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasDetail {
    /// What the list shows, too.
    pub alias: AliasView,
    /// The name in From when the person answers from this alias; may be empty.
    pub name: String,
    /// Whether activity is recorded.
    pub record_activity: bool,
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

/// An alias for its page.
#[server(prefix = "/api", endpoint = "alias")]
pub async fn alias(alias: AliasId) -> Result<AliasDetail, ApiError> {
    super::backend()?.alias(alias).await
}

/// Sets the name that correspondents see; empty for none. Redirects to the alias's page.
#[server(prefix = "/api", endpoint = "set_alias_name")]
pub async fn set_alias_name(alias: AliasId, #[server(default)] name: String) -> Result<(), ApiError> {
    super::backend()?.set_alias_name(alias, &name).await?;
    leptos_axum::redirect(&page(alias, "named"));
    Ok(())
}

/// "Start Email Thread": relays a message on behalf of the recipient to the alias's mailbox; an answer to it reaches the
/// recipient. Redirects to the alias's page.
#[server(prefix = "/api", endpoint = "start_thread")]
pub async fn start_thread(alias: AliasId, recipient: String) -> Result<(), ApiError> {
    super::backend()?.start_thread(alias, &recipient).await?;
    leptos_axum::redirect(&page(alias, "started"));
    Ok(())
}

/// The alias's page, which then says what was done: without JavaScript, too.
#[cfg(feature = "ssr")]
pub(super) fn page(alias: AliasId, done: &str) -> String {
    format!("/aliases/{alias}?done={done}")
}

/// Deletes an alias for good: its local part is never given out again.
#[server(prefix = "/api", endpoint = "delete_alias")]
pub async fn delete_alias(alias: AliasId) -> Result<(), ApiError> {
    super::backend()?.delete_alias(alias).await
}
