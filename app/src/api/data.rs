//! A person's data: out, in, and gone.
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

/// What became of a line of an imported table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineOutcome {
    /// There is an alias now.
    Taken {
        /// Its id.
        alias: AliasId,
        /// Its address here.
        address: EmailAddress,
    },
    /// The account had an alias with this local part already; it is as it was.
    Present {
        /// Its address here.
        address: EmailAddress,
    },
    /// It was deleted where the table comes from, and is left out.
    Deleted,
    /// Nothing was taken.
    Declined(ApiError),
}

/// A line of an imported table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedLine {
    /// Which row it is; the heading is row 1.
    pub number: u64,
    /// The address there.
    pub address: String,
    /// What became of it.
    pub outcome: LineOutcome,
}

/// What became of an imported table.
pub type Import = Result<Vec<ImportedLine>, ApiError>;

/// A person's data.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait DataBackend: Send + Sync {
    async fn imported(&self) -> Result<Option<Import>, ApiError>;
    async fn delete_account(&self, confirmation: &str, password: Zeroizing<String>) -> Result<(), ApiError>;
}

/// What became of the table that this very request brought; nothing for any other request.
#[server(prefix = "/api", endpoint = "imported")]
pub async fn imported() -> Result<Option<Import>, ApiError> {
    backend::<dyn DataBackend>()?.imported().await
}

/// Deletes the account with all that belongs to it: mailboxes, profiles with their keys, aliases, contacts, activity. `confirmation`
/// is the account's address, typed. Redirects to the start.
#[server(prefix = "/api", endpoint = "delete_account")]
pub async fn delete_account(confirmation: String, password: String) -> Result<(), ApiError> {
    backend::<dyn DataBackend>()?
        .delete_account(&confirmation, password.into())
        .await?;
    leads_to("/", Done::AccountDeleted, None);
    Ok(())
}
