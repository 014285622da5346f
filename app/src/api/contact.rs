//! The contacts of an alias.
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
    /// The own address of the contact.
    pub address: OutsideAddress,
    /// The contact's address under the relay's domain: the person's mail client sees it in From and answers to it.
    pub relay_address: EmailAddress,
    /// When its last message was relayed.
    #[serde(with = "time::serde::timestamp::option")]
    pub last_used: Option<OffsetDateTime>,
    /// Whether its mail to the alias is refused.
    pub blocked: bool,
}

/// A part of an alias's contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactPage {
    /// The contacts of the page; the latest to write comes first.
    pub contacts: Vec<ContactView>,
    /// Which page this is, from 1.
    pub page: u32,
    /// Whether there are more.
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

/// The alias's contacts; page 0 is the first, too.
#[server(prefix = "/api", endpoint = "contacts")]
pub async fn contacts(alias: AliasId, #[server(default)] page: u32) -> Result<ContactPage, ApiError> {
    backend::<dyn ContactBackend>()?.contacts(alias, page).await
}

/// Blocks a contact of an alias, or takes its mail again. Redirects to the alias's page, with that `page` of the contacts.
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
        0 | 1 => paths::alias(alias, "contacts"),
        page => format!("/aliases/{alias}?contacts={page}#contacts"),
    };
    leads_to(&path, done, Some(contact.0));
    Ok(())
}
