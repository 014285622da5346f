//! Defines mailboxes: adding, verifying and deleting them, their switches, and moving aliases between them.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::tab::Tab;
#[cfg(feature = "ssr")]
use super::{
    backend::backend,
    done::{Done, leads_to},
    paths,
};
use super::{error::ApiError, profile::ProfileSummary};
use crate::{
    address::EmailAddress,
    id::{AliasId, MailboxId},
};

/// A mailbox on the settings page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxView {
    /// The id of the mailbox.
    pub id: MailboxId,
    /// The address that relayed mail goes to.
    pub address: EmailAddress,
    /// Whether the kill switch is on. [`Protection`] tells what follows from it.
    pub kill_switch: bool,
    /// Whether unencrypted replies are refused.
    pub encrypted_replies_only: bool,
    /// Whether unsigned replies are refused.
    pub signed_replies_only: bool,
    /// Whether other recipients of a message get relay addresses.
    pub relayed_recipients: bool,
    /// What happens to inbound mail now.
    pub protection: Protection,
    /// Whether new aliases go to it.
    pub default: bool,
    /// Its profiles, newest first.
    pub profiles: Vec<ProfileSummary>,
    /// The way of the last mail with a code, while that code is valid.
    pub code: Option<CodeMail>,
}

/// The way of a mail with a code. It depends on the next hop for the address's domain alone, and not on the mailbox there or on
/// who owns the address, because anybody can type somebody else's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeMail {
    /// The next hop was not tried yet.
    UnderWay,
    /// The next hop could be reached.
    Reached,
    /// The next hop cannot be reached. It is tried again while the code is valid.
    Delayed,
}

/// What happens to inbound mail of a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// The address is not verified, so nothing is relayed.
    Unverified,
    /// Every message is encrypted.
    Sealed {
        /// Whole days until the active profile expires.
        days_left: i64,
    },
    /// No valid profile is active and the kill switch is on, so mail is refused.
    Refused,
    /// No valid profile is active and the kill switch is off, so mail is relayed unencrypted.
    Clear,
}

/// The outcome of the mail with a new mailbox's first code. The mailbox exists either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstCode {
    /// The mail was sent.
    Sent,
    /// It could not be sent now. The person can ask for another.
    NotSent,
}

/// The consequences of deleting a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// The mailbox that would be deleted.
    pub mailbox: MailboxView,
    /// How many aliases are deleted with it.
    pub aliases: u64,
    /// Whether the account signs in with its address, so that it cannot be deleted.
    pub signs_in: bool,
    /// The account's other verified mailboxes, which its aliases can move to first.
    pub others: Vec<MailboxView>,
}

/// Mailboxes and their switches.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait MailboxBackend: Send + Sync {
    async fn mailboxes(&self) -> Result<Vec<MailboxView>, ApiError>;
    async fn add_mailbox(&self, address: &str) -> Result<FirstCode, ApiError>;
    async fn verify_mailbox(&self, mailbox: MailboxId, code: &str) -> Result<(), ApiError>;
    async fn resend_code(&self, mailbox: MailboxId) -> Result<(), ApiError>;
    async fn correct_mailbox(&self, mailbox: MailboxId, address: &str) -> Result<FirstCode, ApiError>;
    async fn set_kill_switch(&self, mailbox: MailboxId, on: bool) -> Result<(), ApiError>;
    async fn set_encrypted_replies_only(&self, mailbox: MailboxId, on: bool) -> Result<(), ApiError>;
    async fn set_signed_replies_only(&self, mailbox: MailboxId, on: bool) -> Result<(), ApiError>;
    async fn set_relayed_recipients(&self, mailbox: MailboxId, on: bool) -> Result<(), ApiError>;
    async fn mailbox_deletion(&self, mailbox: MailboxId) -> Result<Deletion, ApiError>;
    async fn delete_mailbox(&self, mailbox: MailboxId, confirmation: &str) -> Result<(), ApiError>;
    async fn set_default_mailbox(&self, mailbox: MailboxId) -> Result<(), ApiError>;
    async fn move_alias(&self, alias: AliasId, mailbox: MailboxId, unsealed: bool) -> Result<(), ApiError>;
    async fn move_aliases(&self, from: MailboxId, mailbox: MailboxId, unsealed: bool) -> Result<(), ApiError>;
}

/// Returns the account's mailboxes with their profiles, the default one first, then the oldest.
#[server(prefix = "/api", endpoint = "mailboxes")]
pub async fn mailboxes() -> Result<Vec<MailboxView>, ApiError> {
    backend::<dyn MailboxBackend>()?.mailboxes().await
}

/// Adds a mailbox and mails it a code. Redirects to `/verify`.
#[server(prefix = "/api", endpoint = "add_mailbox")]
pub async fn add_mailbox(address: String) -> Result<(), ApiError> {
    let code = backend::<dyn MailboxBackend>()?.add_mailbox(&address).await?;
    leads_to_code(code);
    Ok(())
}

/// Redirects to the page that takes the code and can send another.
#[cfg(feature = "ssr")]
pub(super) fn leads_to_code(code: FirstCode) {
    match code {
        FirstCode::Sent => leptos_axum::redirect("/verify"),
        FirstCode::NotSent => leads_to("/verify", Done::CodeNotSent, None),
    }
}

/// Verifies a mailbox with the mailed code. Redirects to `/relay`.
#[server(prefix = "/api", endpoint = "verify_mailbox")]
pub async fn verify_mailbox(mailbox: MailboxId, code: String) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?.verify_mailbox(mailbox, &code).await?;
    leads_to("/relay", Done::MailboxVerified, None);
    Ok(())
}

/// Mails a new code, which replaces the one before. Redirects to `/verify`.
#[server(prefix = "/api", endpoint = "resend_code")]
pub async fn resend_code(mailbox: MailboxId) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?.resend_code(mailbox).await?;
    leads_to("/verify", Done::CodeSent, None);
    Ok(())
}

/// Corrects the address of a mailbox that is not verified yet. Mails a code to the new address and voids the one
/// before. Redirects to `/verify`.
#[server(prefix = "/api", endpoint = "correct_mailbox")]
pub async fn correct_mailbox(mailbox: MailboxId, address: String) -> Result<(), ApiError> {
    let code = backend::<dyn MailboxBackend>()?
        .correct_mailbox(mailbox, &address)
        .await?;
    match code {
        FirstCode::Sent => leads_to("/verify", Done::AddressCorrected, None),
        FirstCode::NotSent => leads_to_code(code),
    }
    Ok(())
}

/// Sets the kill switch. A form sends nothing for an unticked checkbox, which means "off". Redirects to the mailbox on
/// `/relay`.
#[server(prefix = "/api", endpoint = "set_kill_switch")]
pub async fn set_kill_switch(mailbox: MailboxId, #[server(default)] on: bool) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?.set_kill_switch(mailbox, on).await?;
    let done = if on { Done::KillSwitchOn } else { Done::KillSwitchOff };
    leads_to(&paths::mailbox(mailbox), done, Some(mailbox.0));
    Ok(())
}

/// Sets whether unencrypted replies are refused. A form sends nothing for an unticked checkbox, which means "off".
/// Redirects to the mailbox on `/relay`.
#[server(prefix = "/api", endpoint = "set_encrypted_replies_only")]
pub async fn set_encrypted_replies_only(mailbox: MailboxId, #[server(default)] on: bool) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?
        .set_encrypted_replies_only(mailbox, on)
        .await?;
    let done = match on {
        true => Done::EncryptedRepliesOnly,
        false => Done::AnyReplies,
    };
    leads_to(&paths::mailbox(mailbox), done, Some(mailbox.0));
    Ok(())
}

/// Sets whether unsigned replies are refused. A form sends nothing for an unticked checkbox, which means "off".
/// Redirects to the mailbox on `/relay`.
#[server(prefix = "/api", endpoint = "set_signed_replies_only")]
pub async fn set_signed_replies_only(mailbox: MailboxId, #[server(default)] on: bool) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?
        .set_signed_replies_only(mailbox, on)
        .await?;
    let done = match on {
        true => Done::SignedRepliesOnly,
        false => Done::UnsignedReplies,
    };
    leads_to(&paths::mailbox(mailbox), done, Some(mailbox.0));
    Ok(())
}

/// Sets whether other recipients of a message get relay addresses. A form sends nothing for an unticked checkbox, which
/// means "off". Redirects to the mailbox on `/relay`.
#[server(prefix = "/api", endpoint = "set_relayed_recipients")]
pub async fn set_relayed_recipients(mailbox: MailboxId, #[server(default)] on: bool) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?
        .set_relayed_recipients(mailbox, on)
        .await?;
    let done = match on {
        true => Done::RelayedRecipients,
        false => Done::RecipientsNamedOnly,
    };
    leads_to(&paths::mailbox(mailbox), done, Some(mailbox.0));
    Ok(())
}

/// Returns the consequences of deleting a mailbox. It deletes nothing.
#[server(prefix = "/api", endpoint = "mailbox_deletion")]
pub async fn mailbox_deletion(mailbox: MailboxId) -> Result<Deletion, ApiError> {
    backend::<dyn MailboxBackend>()?.mailbox_deletion(mailbox).await
}

/// Deletes a mailbox with its aliases, profiles and keys. `confirmation` is its typed address. Redirects to `/relay`.
#[server(prefix = "/api", endpoint = "delete_mailbox")]
pub async fn delete_mailbox(mailbox: MailboxId, #[server(default)] confirmation: String) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?
        .delete_mailbox(mailbox, &confirmation)
        .await?;
    leads_to("/relay", Done::MailboxDeleted, None);
    Ok(())
}

/// Makes a verified mailbox the default for new aliases. Redirects to it on `/relay`.
#[server(prefix = "/api", endpoint = "set_default_mailbox")]
pub async fn set_default_mailbox(mailbox: MailboxId) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?.set_default_mailbox(mailbox).await?;
    leads_to(&paths::mailbox(mailbox), Done::DefaultMailbox, None);
    Ok(())
}

/// Moves an alias to another verified mailbox of the account. If mail to that mailbox is forwarded unencrypted and mail
/// to this one is not, `unsealed` must confirm the move. Redirects to the alias's page.
#[server(prefix = "/api", endpoint = "move_alias")]
pub async fn move_alias(alias: AliasId, mailbox: MailboxId, #[server(default)] unsealed: bool) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?
        .move_alias(alias, mailbox, unsealed)
        .await?;
    leads_to(&paths::alias(alias, Tab::Settings, "move"), Done::AliasMoved, None);
    Ok(())
}

/// Moves all aliases of a mailbox like [`move_alias`]. Redirects to the page that deletes the mailbox.
#[server(prefix = "/api", endpoint = "move_aliases")]
pub async fn move_aliases(
    from: MailboxId,
    mailbox: MailboxId,
    #[server(default)] unsealed: bool,
) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?
        .move_aliases(from, mailbox, unsealed)
        .await?;
    leads_to(&format!("/relay/{from}/delete"), Done::AliasesMoved, None);
    Ok(())
}
