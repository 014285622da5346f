//! Defines the list of aliases, and everything about one alias.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

mod query;

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::prelude::*;
pub(crate) use query::ENCODED;
pub use query::{AliasQuery, Show, Sort};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{activity::ActivityPage, error::ApiError, tab::Tab};
#[cfg(feature = "ssr")]
use super::{
    backend::backend,
    done::{Done, leads_to},
    paths,
};
use crate::{
    address::EmailAddress,
    id::{AliasId, EventId, MailboxId},
};

/// Aliases on one page of the list.
pub const ON_ONE_PAGE: u32 = 50;

/// The answer to senders while an alias is off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffAnswer {
    /// Mail is refused, as for an address that never existed.
    #[default]
    Reject,
    /// Mail is accepted and dropped.
    Drop,
}

/// An alias in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasView {
    /// The id of the alias.
    pub id: AliasId,
    /// Its address under one of the relay's domains.
    pub address: EmailAddress,
    /// The person's label for it. It may be empty.
    pub label: String,
    /// Whether mail to it is accepted.
    pub enabled: bool,
    /// The answer to senders while it is off, and to blocked contacts.
    pub off_answer: OffAnswer,
    /// The address of the mailbox that it delivers to.
    pub mailbox: EmailAddress,
    /// Messages relayed to the mailbox since the counts were reset.
    pub relayed: u64,
    /// Messages refused or dropped since then, as far as refusals are counted.
    pub refused: u64,
    /// When a message last went through it in either direction.
    #[serde(with = "time::serde::timestamp::option")]
    pub last_used: Option<OffsetDateTime>,
    /// Whether it comes first in every list.
    pub pinned: bool,
}

/// A page of the account's aliases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasPage {
    /// The aliases on this page, in the requested order.
    pub aliases: Vec<AliasView>,
    /// How many match on all pages.
    pub found: u64,
    /// How many the account has.
    pub all: u64,
    /// The server's time, to describe times in words.
    #[serde(with = "time::serde::timestamp")]
    pub now: OffsetDateTime,
}

/// An alias on its own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasDetail {
    /// The alias as the list shows it.
    pub alias: AliasView,
    /// The name in From when the person answers from this alias. It may be empty.
    pub name: String,
    /// The person's note about it. It may be empty.
    pub note: String,
    /// Whether activity is recorded.
    pub record_activity: bool,
    /// Time of creation.
    #[serde(with = "time::serde::timestamp")]
    pub created: OffsetDateTime,
    /// The server's time, to describe times in words.
    #[serde(with = "time::serde::timestamp")]
    pub now: OffsetDateTime,
}

/// The list of aliases, and changes to one.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait AliasBackend: Send + Sync {
    async fn aliases(&self, query: &AliasQuery) -> Result<AliasPage, ApiError>;
    async fn create_alias(
        &self,
        local: Option<&str>,
        label: &str,
        mailbox: Option<MailboxId>,
        domain: &str,
    ) -> Result<AliasId, ApiError>;
    async fn set_alias_pinned(&self, alias: AliasId, pinned: bool) -> Result<(), ApiError>;
    async fn set_alias_enabled(&self, alias: AliasId, enabled: bool, answer: Option<OffAnswer>)
    -> Result<(), ApiError>;
    async fn set_alias_details(&self, alias: AliasId, label: &str, note: &str) -> Result<(), ApiError>;
    async fn reset_alias_counts(&self, alias: AliasId) -> Result<(), ApiError>;
    async fn delete_alias(&self, alias: AliasId) -> Result<(), ApiError>;
}

/// Returns the account's aliases that match a query. Without arguments, returns the newest.
#[server(prefix = "/api", endpoint = "aliases")]
pub async fn aliases(
    #[server(default)] search: String,
    #[server(default)] show: Show,
    #[server(default)] sort: Sort,
    #[server(default)] page: u32,
) -> Result<AliasPage, ApiError> {
    let query = AliasQuery {
        search,
        show,
        sort,
        page,
    };
    backend::<dyn AliasBackend>()?.aliases(&query).await
}

/// Creates an alias. Without a local part it gets a readable random one, without a mailbox it delivers to the default
/// one, and without a domain it is under the relay's main domain. Redirects to the list, which shows it first.
#[server(prefix = "/api", endpoint = "create_alias")]
pub async fn create_alias(
    #[server(default)] local: String,
    #[server(default)] label: String,
    mailbox: Option<MailboxId>,
    #[server(default)] domain: String,
) -> Result<(), ApiError> {
    let local = Some(local.trim()).filter(|local| !local.is_empty());
    let alias = backend::<dyn AliasBackend>()?
        .create_alias(local, &label, mailbox, &domain)
        .await?;
    leads_to("/aliases", Done::AliasCreated, Some(alias.0));
    Ok(())
}

/// Turns an alias on or off. `answer` replaces the answer to senders while it is off. Redirects to the list if `back`
/// holds the list's query, and otherwise to `tab` of the alias's page, by default to the section with the answer.
#[server(prefix = "/api", endpoint = "set_alias_enabled")]
pub async fn set_alias_enabled(
    alias: AliasId,
    enabled: bool,
    answer: Option<OffAnswer>,
    back: Option<String>,
    tab: Option<Tab>,
) -> Result<(), ApiError> {
    backend::<dyn AliasBackend>()?
        .set_alias_enabled(alias, enabled, answer)
        .await?;
    let done = if enabled { Done::AliasOn } else { Done::AliasOff };
    let path = match (back, tab) {
        (Some(back), _) => row(&back, alias),
        (None, Some(tab)) => paths::alias_tab(alias, tab),
        (None, None) => paths::alias(alias, Tab::Settings, "state"),
    };
    leads_to(&path, done, Some(alias.0));
    Ok(())
}

/// Pins an alias or unpins it. Pinned aliases come first in every list. Redirects to the list if `back` holds the list's
/// query, and to the alias's page otherwise.
#[server(prefix = "/api", endpoint = "set_alias_pinned")]
pub async fn set_alias_pinned(alias: AliasId, pinned: bool, back: Option<String>) -> Result<(), ApiError> {
    backend::<dyn AliasBackend>()?.set_alias_pinned(alias, pinned).await?;
    let done = if pinned { Done::AliasPinned } else { Done::AliasUnpinned };
    let path = back.map_or_else(
        || paths::alias(alias, Tab::Settings, "details"),
        |back| row(&back, alias),
    );
    leads_to(&path, done, None);
    Ok(())
}

/// One alias with its name, its threads and its activity.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait CorrespondenceBackend: Send + Sync {
    async fn alias(&self, alias: AliasId) -> Result<AliasDetail, ApiError>;
    async fn set_alias_name(&self, alias: AliasId, name: &str) -> Result<(), ApiError>;
    async fn start_thread(&self, alias: AliasId, recipient: &str) -> Result<(), ApiError>;
    async fn activity(&self, alias: AliasId, before: Option<EventId>) -> Result<ActivityPage, ApiError>;
    async fn set_record_activity(&self, alias: AliasId, on: bool) -> Result<(), ApiError>;
}

/// Returns one alias with everything that its page shows.
#[server(prefix = "/api", endpoint = "alias")]
pub async fn alias(alias: AliasId) -> Result<AliasDetail, ApiError> {
    backend::<dyn CorrespondenceBackend>()?.alias(alias).await
}

/// Sets label and note. A form may omit empty fields. Redirects to the alias's page.
#[server(prefix = "/api", endpoint = "set_alias_details")]
pub async fn set_alias_details(
    alias: AliasId,
    #[server(default)] label: String,
    #[server(default)] note: String,
) -> Result<(), ApiError> {
    backend::<dyn AliasBackend>()?
        .set_alias_details(alias, &label, &note)
        .await?;
    leads_to(&paths::alias(alias, Tab::Settings, "details"), Done::AliasNoted, None);
    Ok(())
}

/// Resets the counts and the time of last use. Redirects to the alias's page.
#[server(prefix = "/api", endpoint = "reset_alias_counts")]
pub async fn reset_alias_counts(alias: AliasId) -> Result<(), ApiError> {
    backend::<dyn AliasBackend>()?.reset_alias_counts(alias).await?;
    leads_to(&paths::alias(alias, Tab::Activity, "counts"), Done::CountsReset, None);
    Ok(())
}

/// Sets the name that contacts see, or removes it if empty. Redirects to the alias's page.
#[server(prefix = "/api", endpoint = "set_alias_name")]
pub async fn set_alias_name(alias: AliasId, #[server(default)] name: String) -> Result<(), ApiError> {
    backend::<dyn CorrespondenceBackend>()?
        .set_alias_name(alias, &name)
        .await?;
    leads_to(&paths::alias(alias, Tab::Settings, "sender"), Done::AliasNamed, None);
    Ok(())
}

/// "Start Email Thread": relays a message from the recipient to the alias's mailbox. An answer to it reaches the
/// recipient. Redirects to the alias's page.
#[server(prefix = "/api", endpoint = "start_thread")]
pub async fn start_thread(alias: AliasId, recipient: String) -> Result<(), ApiError> {
    backend::<dyn CorrespondenceBackend>()?
        .start_thread(alias, &recipient)
        .await?;
    leads_to(
        &paths::alias(alias, Tab::Contacts, "outbound"),
        Done::ThreadStarted,
        None,
    );
    Ok(())
}

/// Returns the alias's events before `before`, or the newest.
#[server(prefix = "/api", endpoint = "activity")]
pub async fn activity(alias: AliasId, before: Option<EventId>) -> Result<ActivityPage, ApiError> {
    backend::<dyn CorrespondenceBackend>()?.activity(alias, before).await
}

/// Sets whether activity is recorded. "Off" also deletes the recorded events. A form sends nothing for an unticked
/// checkbox, which means "off". Redirects to the alias's page.
#[server(prefix = "/api", endpoint = "set_record_activity")]
pub async fn set_record_activity(alias: AliasId, #[server(default)] on: bool) -> Result<(), ApiError> {
    backend::<dyn CorrespondenceBackend>()?
        .set_record_activity(alias, on)
        .await?;
    let done = if on { Done::Recording } else { Done::Forgotten };
    leads_to(&paths::alias(alias, Tab::Activity, "recording"), done, None);
    Ok(())
}

/// Returns the list of aliases with the query `back`, which may start with a question mark. Keeps only what belongs in
/// a query.
#[cfg(feature = "ssr")]
pub(super) fn back_to_list(back: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || "=&%+-._~".contains(*c);
    let query: String = back.chars().filter(plain).take(1000).collect();
    format!("/aliases?{query}")
}

/// Returns an alias's row in that list.
#[cfg(feature = "ssr")]
fn row(back: &str, alias: AliasId) -> String {
    format!("{}#alias-{alias}", back_to_list(back))
}

/// Deletes an alias for good. Its local part is never given out again. Redirects to the list with the query `back`.
#[server(prefix = "/api", endpoint = "delete_alias")]
pub async fn delete_alias(alias: AliasId, #[server(default)] back: String) -> Result<(), ApiError> {
    backend::<dyn AliasBackend>()?.delete_alias(alias).await?;
    leads_to(&back_to_list(&back), Done::AliasDeleted, None);
    Ok(())
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_the_list_whatever_is_asked_for() {
        assert_eq!(
            back_to_list("?q=a%20b&show=off&page=2"),
            "/aliases?q=a%20b&show=off&page=2"
        );
        for evil in [
            "//evil.example/",
            "\r\nSet-Cookie: x",
            "#&done=x",
            "https://evil.example",
        ] {
            let back = back_to_list(evil);
            let query = back.strip_prefix("/aliases?").unwrap();
            assert!(!query.contains(['/', '\r', '\n', '#', ':', ' ']), "{back}");
        }
    }
}
