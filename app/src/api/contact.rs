//! Defines the contacts of an alias.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::error::ApiError;
#[cfg(feature = "ssr")]
use super::{
    backend::backend,
    done::{Done, leads_to},
    paths,
    tab::Tab,
};
use crate::{
    address::{EmailAddress, OutsideAddress},
    id::{AliasId, ContactId},
};

/// A contact on the alias's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactView {
    /// The id of the contact.
    pub id: ContactId,
    /// The contact's own address.
    pub address: OutsideAddress,
    /// The contact's address under the relay's domain. The person's mail client sees it in From and answers to it.
    pub relay_address: EmailAddress,
    /// When its last message was relayed.
    #[serde(with = "time::serde::timestamp::option")]
    pub last_used: Option<OffsetDateTime>,
    /// Whether its mail to the alias is refused.
    pub blocked: bool,
}

/// A page of an alias's contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactPage {
    /// The contacts on this page, latest sender first.
    pub contacts: Vec<ContactView>,
    /// The number of this page, from 1.
    pub page: u32,
    /// Whether there are more pages.
    pub more: bool,
}

/// The contacts of an alias.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait ContactBackend: Send + Sync {
    async fn contacts(&self, alias: AliasId, page: u32) -> Result<ContactPage, ApiError>;
    async fn set_contact_blocked(&self, alias: AliasId, contact: ContactId, blocked: bool) -> Result<(), ApiError>;
}

/// Returns a page of the alias's contacts. Page 0 means the first as well.
#[server(prefix = "/api", endpoint = "contacts")]
pub async fn contacts(alias: AliasId, #[server(default)] page: u32) -> Result<ContactPage, ApiError> {
    backend::<dyn ContactBackend>()?.contacts(alias, page).await
}

/// Blocks a contact of an alias, or accepts its mail again. Redirects to the alias's page, to that `page` of its
/// contacts.
#[server(prefix = "/api", endpoint = "set_contact_blocked")]
pub async fn set_contact_blocked(
    alias: AliasId,
    contact: ContactId,
    blocked: bool,
    #[server(default)] page: u32,
) -> Result<(), ApiError> {
    backend::<dyn ContactBackend>()?
        .set_contact_blocked(alias, contact, blocked)
        .await?;
    let done = match blocked {
        true => Done::ContactBlocked,
        false => Done::ContactUnblocked,
    };
    let path = match page {
        0 | 1 => paths::alias(alias, Tab::Contacts, "contacts"),
        page => format!("{}&contacts={page}#contacts", paths::alias_tab(alias, Tab::Contacts)),
    };
    leads_to(&path, done, Some(contact.0));
    Ok(())
}
