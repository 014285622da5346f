//! Imports aliases, and deletes the account with its data.
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
};
use crate::{address::EmailAddress, id::AliasId};

/// The outcome of a line of an imported table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineOutcome {
    /// The alias was created.
    Taken {
        /// The id of the new alias.
        alias: AliasId,
        /// The address at this relay.
        address: EmailAddress,
    },
    /// The account had an alias with this local part already. It is unchanged.
    Present {
        /// The address at this relay.
        address: EmailAddress,
    },
    /// The other service had deleted it, so it is skipped.
    Deleted,
    /// The line was refused for this reason.
    Declined(ApiError),
}

/// A line of an imported table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedLine {
    /// The number of the row. The heading is row 1.
    pub number: u64,
    /// The address at the service that the table comes from.
    pub address: String,
    /// The outcome of the line.
    pub outcome: LineOutcome,
}

/// The outcome of an imported table.
pub type Import = Result<Vec<ImportedLine>, ApiError>;

/// Import and deletion.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait DataBackend: Send + Sync {
    async fn imported(&self) -> Result<Option<Import>, ApiError>;
    async fn delete_account(&self, confirmation: &str, password: Zeroizing<String>) -> Result<(), ApiError>;
}

/// Returns the outcome of the table in this request, or `None` for any other request.
#[server(prefix = "/api", endpoint = "imported")]
pub async fn imported() -> Result<Option<Import>, ApiError> {
    backend::<dyn DataBackend>()?.imported().await
}

/// Deletes the account with its mailboxes, profiles and keys, aliases, contacts and activity. `confirmation` is the
/// account's typed address. Redirects to the start page.
#[server(prefix = "/api", endpoint = "delete_account")]
pub async fn delete_account(confirmation: String, #[server(default)] password: String) -> Result<(), ApiError> {
    backend::<dyn DataBackend>()?
        .delete_account(&confirmation, password.into())
        .await?;
    leads_to("/", Done::AccountDeleted, None);
    Ok(())
}
