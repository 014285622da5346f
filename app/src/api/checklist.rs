//! Defines the checklist of a new account.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{account::UnsealedMailbox, error::ApiError};
#[cfg(feature = "ssr")]
use super::{
    backend::backend,
    done::{Done, leads_to},
    next::HOME,
};
use crate::id::AliasId;

/// The steps of a new account, done and still to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Whether a mailbox is verified.
    pub confirmed: bool,
    /// Whether mail to a mailbox is encrypted.
    pub encrypted: bool,
    /// The step that leads there, for the first verified mailbox.
    pub mend: Option<UnsealedMailbox>,
    /// An alias, if there is one.
    pub alias: Option<AliasId>,
    /// Whether a message came through an alias.
    pub tested: bool,
}

impl Progress {
    /// Whether nothing is left to do.
    pub fn is_finished(&self) -> bool {
        self.confirmed && self.encrypted && self.alias.is_some() && self.tested
    }
}

/// The checklist.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait ChecklistBackend: Send + Sync {
    async fn checklist(&self) -> Result<Option<Progress>, ApiError>;
    async fn hide_checklist(&self) -> Result<(), ApiError>;
}

/// Returns the account's checklist, or `None` if everything was done once or the person has hidden it.
#[server(prefix = "/api", endpoint = "checklist")]
pub async fn checklist() -> Result<Option<Progress>, ApiError> {
    backend::<dyn ChecklistBackend>()?.checklist().await
}

/// Hides the checklist for good. Redirects to the aliases.
#[server(prefix = "/api", endpoint = "hide_checklist")]
pub async fn hide_checklist() -> Result<(), ApiError> {
    backend::<dyn ChecklistBackend>()?.hide_checklist().await?;
    leads_to(HOME, Done::ChecklistHidden, None);
    Ok(())
}
