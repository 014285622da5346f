//! Defines the page of administrators with the messages that wait for delivery.
//!
//! It shows sizes and times, and never from whom or to whom. Every server function returns [`ApiError::NotFound`] to everybody who is no
//! administrator, as an unknown page does.
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
use crate::id::AccountId;

/// The name of a message in the queue: hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageName(pub String);

/// A message that waits for delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingView {
    /// Its name.
    pub name: MessageName,
    /// Its length.
    pub octets: u64,
    /// Tries so far.
    pub tries: u32,
    /// When it was accepted.
    #[serde(with = "time::serde::timestamp")]
    pub accepted: OffsetDateTime,
    /// When it is tried next. `None` while it is delivered.
    #[serde(with = "time::serde::timestamp::option")]
    pub next_try: Option<OffsetDateTime>,
    /// Whose mail it is; nobody's if it is the relay's own.
    pub account: Option<AccountId>,
}

/// A page of messages that wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueView {
    /// The messages of this page, oldest first.
    pub waiting: Vec<WaitingView>,
    /// How many there are on all pages.
    pub all: u64,
    /// Whether changes are possible now, see [`super::security::CONFIRMED_MINUTES`].
    pub confirmed: bool,
    /// The server's time, which ages are relative to.
    #[serde(with = "time::serde::timestamp")]
    pub now: OffsetDateTime,
}

/// The queue, for administrators.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait QueueBackend: Send + Sync {
    async fn waiting_messages(&self, page: u32) -> Result<QueueView, ApiError>;
    async fn retry_message(&self, message: &MessageName) -> Result<(), ApiError>;
    async fn retry_all_messages(&self) -> Result<(), ApiError>;
    async fn drop_message(&self, message: &MessageName) -> Result<(), ApiError>;
    async fn drop_messages_of(&self, account: AccountId) -> Result<(), ApiError>;
}

#[cfg(feature = "ssr")]
fn queue() -> Result<std::sync::Arc<dyn QueueBackend>, ApiError> {
    backend::<dyn QueueBackend>()
}

/// Returns a page of the messages that wait, the oldest first. `page` counts from 1; 0 is the first page as well.
#[server(prefix = "/api", endpoint = "waiting_messages")]
pub async fn waiting_messages(#[server(default)] page: u32) -> Result<QueueView, ApiError> {
    queue()?.waiting_messages(page).await
}

/// Makes a message due now. Redirects to the page of messages.
#[server(prefix = "/api", endpoint = "retry_message")]
pub async fn retry_message(message: MessageName) -> Result<(), ApiError> {
    queue()?.retry_message(&message).await?;
    leads_to(paths::QUEUE, Done::MessagesDue, None);
    Ok(())
}

/// Makes all messages due now. Redirects to the page of messages.
#[server(prefix = "/api", endpoint = "retry_all_messages")]
pub async fn retry_all_messages() -> Result<(), ApiError> {
    queue()?.retry_all_messages().await?;
    leads_to(paths::QUEUE, Done::MessagesDue, None);
    Ok(())
}

/// Deletes a message that waits, of which nobody is told. Redirects to the page of messages.
#[server(prefix = "/api", endpoint = "drop_message")]
pub async fn drop_message(message: MessageName) -> Result<(), ApiError> {
    queue()?.drop_message(&message).await?;
    leads_to(paths::QUEUE, Done::MessageDropped, None);
    Ok(())
}

/// Deletes all messages of an account that wait, in and out, of which nobody is told. Redirects to the page of the account.
#[server(prefix = "/api", endpoint = "drop_messages_of")]
pub async fn drop_messages_of(account: AccountId) -> Result<(), ApiError> {
    queue()?.drop_messages_of(account).await?;
    leads_to(&paths::account(account), Done::MessagesDropped, None);
    Ok(())
}
