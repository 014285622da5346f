//! Aliases: the list, and everything about one alias.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

mod query;

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::prelude::*;
pub use query::{AliasQuery, Show, Sort};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{activity::ActivityPage, error::ApiError};
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
    /// Mail is accepted and thrown away.
    Drop,
}

/// An alias in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasView {
    /// The id of the alias.
    pub id: AliasId,
    /// Its address under one of the relay's domains.
    pub address: EmailAddress,
    /// The label that the person gave it; may be empty.
    pub label: String,
    /// Whether mail to it is accepted.
    pub enabled: bool,
    /// The answer while it is off, and to blocked contacts.
    pub off_answer: OffAnswer,
    /// Address of the mailbox that it delivers to.
    pub mailbox: EmailAddress,
    /// Messages relayed to the mailbox since the counts were reset.
    pub relayed: u64,
    /// Messages refused or dropped since then, as far as refusals are counted.
    pub refused: u64,
    /// When a message last went through it, either way.
    #[serde(with = "time::serde::timestamp::option")]
    pub last_used: Option<OffsetDateTime>,
}

/// A part of the account's aliases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasPage {
    /// Those of the page, in the order that was asked for.
    pub aliases: Vec<AliasView>,
    /// How many were found on all pages.
    pub found: u64,
    /// How many the account has.
    pub all: u64,
    /// The server's time, by which times are put in words.
    #[serde(with = "time::serde::timestamp")]
    pub now: OffsetDateTime,
}

/// An alias on its own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasDetail {
    /// The alias as the list shows it.
    pub alias: AliasView,
    /// The name in From when the person answers from this alias; may be empty.
    pub name: String,
    /// The person's note about it; may be empty.
    pub note: String,
    /// Whether activity is recorded.
    pub record_activity: bool,
    /// Time of creation.
    #[serde(with = "time::serde::timestamp")]
    pub created: OffsetDateTime,
    /// The server's time, by which times are put in words.
    #[serde(with = "time::serde::timestamp")]
    pub now: OffsetDateTime,
}

/// The list of aliases, and changes to one.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait AliasBackend: Send + Sync {
    async fn aliases(&self, query: &AliasQuery) -> Result<AliasPage, ApiError>;
    async fn suggest_alias(&self) -> Result<String, ApiError>;
    async fn create_alias(
        &self,
        local: &str,
        label: &str,
        mailbox: MailboxId,
        domain: &str,
    ) -> Result<AliasId, ApiError>;
    async fn set_alias_enabled(&self, alias: AliasId, enabled: bool, answer: Option<OffAnswer>)
    -> Result<(), ApiError>;
    async fn set_alias_details(&self, alias: AliasId, label: &str, note: &str) -> Result<(), ApiError>;
    async fn reset_alias_counts(&self, alias: AliasId) -> Result<(), ApiError>;
    async fn delete_alias(&self, alias: AliasId) -> Result<(), ApiError>;
}

/// The account's aliases that a query finds; without arguments the newest.
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

/// A readable random local part that is free now; nothing is taken yet.
#[server(prefix = "/api", endpoint = "suggest_alias")]
pub async fn suggest_alias() -> Result<String, ApiError> {
    backend::<dyn AliasBackend>()?.suggest_alias().await
}

/// Creates an alias for a mailbox, under the relay's main domain if none is named. Redirects to the list.
#[server(prefix = "/api", endpoint = "create_alias")]
pub async fn create_alias(
    local: String,
    #[server(default)] label: String,
    mailbox: MailboxId,
    #[server(default)] domain: String,
) -> Result<(), ApiError> {
    let alias = backend::<dyn AliasBackend>()?
        .create_alias(&local, &label, mailbox, &domain)
        .await?;
    leads_to("/aliases", Done::AliasCreated, Some(alias.0));
    Ok(())
}

/// Turns an alias on or off. `answer` is the new answer to senders while it is off; without it the answer stays. Redirects to the
/// list if `back` holds the list's query, and to the alias's page otherwise.
#[server(prefix = "/api", endpoint = "set_alias_enabled")]
pub async fn set_alias_enabled(
    alias: AliasId,
    enabled: bool,
    answer: Option<OffAnswer>,
    back: Option<String>,
) -> Result<(), ApiError> {
    backend::<dyn AliasBackend>()?
        .set_alias_enabled(alias, enabled, answer)
        .await?;
    let done = if enabled { Done::AliasOn } else { Done::AliasOff };
    let path = back.map_or_else(|| paths::alias(alias, "state"), |back| list(&back));
    leads_to(&path, done, Some(alias.0));
    Ok(())
}

/// One alias: its name, its threads, its activity.
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

/// One alias with all that its page shows.
#[server(prefix = "/api", endpoint = "alias")]
pub async fn alias(alias: AliasId) -> Result<AliasDetail, ApiError> {
    backend::<dyn CorrespondenceBackend>()?.alias(alias).await
}

/// Sets label and note; an empty field may send nothing. Redirects to the alias's page.
#[server(prefix = "/api", endpoint = "set_alias_details")]
pub async fn set_alias_details(
    alias: AliasId,
    #[server(default)] label: String,
    #[server(default)] note: String,
) -> Result<(), ApiError> {
    backend::<dyn AliasBackend>()?
        .set_alias_details(alias, &label, &note)
        .await?;
    leads_to(&paths::alias(alias, "details"), Done::AliasNoted, None);
    Ok(())
}

/// Resets the counts and the time of last use. Redirects to the alias's page.
#[server(prefix = "/api", endpoint = "reset_alias_counts")]
pub async fn reset_alias_counts(alias: AliasId) -> Result<(), ApiError> {
    backend::<dyn AliasBackend>()?.reset_alias_counts(alias).await?;
    leads_to(&paths::alias(alias, "activity"), Done::CountsReset, None);
    Ok(())
}

/// Sets the name that contacts see; empty for none. Redirects to the alias's page.
#[server(prefix = "/api", endpoint = "set_alias_name")]
pub async fn set_alias_name(alias: AliasId, #[server(default)] name: String) -> Result<(), ApiError> {
    backend::<dyn CorrespondenceBackend>()?
        .set_alias_name(alias, &name)
        .await?;
    leads_to(&paths::alias(alias, "sender"), Done::AliasNamed, None);
    Ok(())
}

/// "Start Email Thread": relays a message on behalf of the recipient to the alias's mailbox; an answer to it reaches the
/// recipient. Redirects to the alias's page.
#[server(prefix = "/api", endpoint = "start_thread")]
pub async fn start_thread(alias: AliasId, recipient: String) -> Result<(), ApiError> {
    backend::<dyn CorrespondenceBackend>()?
        .start_thread(alias, &recipient)
        .await?;
    leads_to(&paths::alias(alias, "outbound"), Done::ThreadStarted, None);
    Ok(())
}

/// The alias's events before one of them, or the newest.
#[server(prefix = "/api", endpoint = "activity")]
pub async fn activity(alias: AliasId, before: Option<EventId>) -> Result<ActivityPage, ApiError> {
    backend::<dyn CorrespondenceBackend>()?.activity(alias, before).await
}

/// Whether activity is recorded. Off also deletes what was. A form's unticked checkbox sends nothing: that is "off".
/// Redirects to the alias's page.
#[server(prefix = "/api", endpoint = "set_record_activity")]
pub async fn set_record_activity(alias: AliasId, #[server(default)] on: bool) -> Result<(), ApiError> {
    backend::<dyn CorrespondenceBackend>()?
        .set_record_activity(alias, on)
        .await?;
    let done = if on { Done::Recording } else { Done::Forgotten };
    leads_to(&paths::alias(alias, "activity"), done, None);
    Ok(())
}

/// The list of aliases as it was. `back` is the query of the address, with or without its question mark; nothing of it but
/// what belongs in a query is repeated.
#[cfg(feature = "ssr")]
fn list(back: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || "=&%+-._~".contains(*c);
    let query: String = back.chars().filter(plain).take(1000).collect();
    format!("/aliases?{query}")
}

/// Deletes an alias for good: its local part is never given out again. Redirects to the list; `back` is its
/// query.
#[server(prefix = "/api", endpoint = "delete_alias")]
pub async fn delete_alias(alias: AliasId, #[server(default)] back: String) -> Result<(), ApiError> {
    backend::<dyn AliasBackend>()?.delete_alias(alias).await?;
    leads_to(&list(&back), Done::AliasDeleted, None);
    Ok(())
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_the_list_whatever_is_asked_for() {
        assert_eq!(list("?q=a%20b&show=off&page=2"), "/aliases?q=a%20b&show=off&page=2");
        for evil in [
            "//evil.example/",
            "\r\nSet-Cookie: x",
            "#&done=x",
            "https://evil.example",
        ] {
            let back = list(evil);
            let query = back.strip_prefix("/aliases?").unwrap();
            assert!(!query.contains(['/', '\r', '\n', '#', ':', ' ']), "{back}");
        }
    }
}
