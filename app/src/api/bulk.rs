//! Defines changes of several aliases at once.

#![allow(
    missing_docs,
    clippy::too_many_arguments,
    reason = "what #[server] makes has the documented arguments, each a field of the form around the list"
)]

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::{
    alias::back_to_list,
    backend::backend,
    done::{Done, leads_to_many},
};
use super::{
    alias::{AliasQuery, AliasView, Show, Sort},
    error::ApiError,
};
use crate::id::{AliasId, MailboxId};

/// Most aliases that one change takes. The page that confirms a deletion lists them, and a database takes a limited
/// number of parameters in a statement.
pub const MOST_AT_ONCE: u32 = 1000;

/// The aliases that a person has picked from the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picked {
    /// The ticked aliases.
    pub aliases: Vec<AliasId>,
    /// Whether all aliases that match the query are meant instead.
    pub all: bool,
    /// The query of the list.
    pub query: AliasQuery,
}

/// A change of several aliases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkChange {
    /// Turns them on.
    On,
    /// Turns them off. Each keeps its answer to senders.
    Off,
    /// Pins them.
    Pin,
    /// Unpins them.
    Unpin,
    /// Moves them to a mailbox.
    Move,
    /// Deletes them for good.
    Delete,
}

/// The result of a change of several aliases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// How many aliases are different now.
    pub count: u64,
    /// The number by which the change can be undone.
    pub undo: Option<i64>,
}

/// Changes of several aliases.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait BulkBackend: Send + Sync {
    async fn picked_aliases(&self, picked: &Picked) -> Result<Vec<AliasView>, ApiError>;
    async fn change_aliases(
        &self,
        picked: &Picked,
        change: BulkChange,
        mailbox: Option<MailboxId>,
        unsealed: bool,
    ) -> Result<Changed, ApiError>;
    async fn undo_switch(&self, change: i64, enabled: bool) -> Result<u64, ApiError>;
}

impl Picked {
    /// Combines the fields of a form or of a URL.
    pub fn new(aliases: Vec<AliasId>, all: bool, search: String, show: Show, sort: Sort) -> Self {
        let query = AliasQuery {
            search,
            show,
            sort,
            page: 0,
        };
        Self { aliases, all, query }
    }
}

/// Returns the picked aliases: those named, or with `all` those that match the query. At most [`MOST_AT_ONCE`].
#[server(prefix = "/api", endpoint = "picked_aliases")]
pub async fn picked_aliases(
    #[server(default)] aliases: Vec<AliasId>,
    #[server(default)] all: bool,
    #[server(default)] search: String,
    #[server(default)] show: Show,
    #[server(default)] sort: Sort,
) -> Result<Vec<AliasView>, ApiError> {
    let picked = Picked::new(aliases, all, search, show, sort);
    backend::<dyn BulkBackend>()?.picked_aliases(&picked).await
}

/// Changes the picked aliases in one transaction. `mailbox` and `unsealed` are for moving them, see
/// [`crate::api::mailbox::move_alias`]. Redirects to the list with the query `back` and reports how many changed.
#[server(prefix = "/api", endpoint = "change_aliases")]
pub async fn change_aliases(
    change: BulkChange,
    #[server(default)] aliases: Vec<AliasId>,
    #[server(default)] all: bool,
    #[server(default)] q: String,
    #[server(default)] show: Show,
    mailbox: Option<MailboxId>,
    #[server(default)] unsealed: bool,
    #[server(default)] back: String,
) -> Result<(), ApiError> {
    let picked = Picked::new(aliases, all, q, show, Sort::default());
    let changed = backend::<dyn BulkBackend>()?
        .change_aliases(&picked, change, mailbox, unsealed)
        .await?;
    let done = match change {
        BulkChange::On => Done::AliasesOn,
        BulkChange::Off => Done::AliasesOff,
        BulkChange::Pin => Done::AliasesPinned,
        BulkChange::Unpin => Done::AliasesUnpinned,
        BulkChange::Move => Done::PickedMoved,
        BulkChange::Delete => Done::AliasesDeleted,
    };
    leads_to_many(&back_to_list(&back), done, changed.undo, changed.count);
    Ok(())
}

/// Undoes that several aliases were turned on or off: those that are still as `change` left them become `enabled`.
/// Redirects to the list with the query `back`.
#[server(prefix = "/api", endpoint = "undo_switch")]
pub async fn undo_switch(change: i64, enabled: bool, #[server(default)] back: String) -> Result<(), ApiError> {
    let count = backend::<dyn BulkBackend>()?.undo_switch(change, enabled).await?;
    let done = if enabled { Done::AliasesOn } else { Done::AliasesOff };
    leads_to_many(&back_to_list(&back), done, None, count);
    Ok(())
}
