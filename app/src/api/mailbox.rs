//! Mailboxes: adding, verifying and deleting them, their switches, and moving aliases between them.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

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
    /// The setting; see [`Protection`] for what follows from it.
    pub kill_switch: bool,
    /// The setting: an unencrypted reply is refused.
    pub encrypted_replies_only: bool,
    /// The setting: an unsigned reply is refused.
    pub signed_replies_only: bool,
    /// The setting: other recipients of a message get relay addresses.
    pub relayed_recipients: bool,
    /// The treatment of inbound mail now.
    pub protection: Protection,
    /// Whether new aliases go to it.
    pub default: bool,
    /// Its profiles, newest first.
    pub profiles: Vec<ProfileSummary>,
}

/// The treatment of inbound mail of a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// The address is not verified: nothing is relayed to it.
    Unverified,
    /// Every message is sealed.
    Sealed {
        /// Whole days until the active profile ends.
        days_left: i64,
    },
    /// No valid active profile, and the kill switch is on: mail is refused.
    Refused,
    /// No valid active profile, and the kill switch is off: mail is relayed as it is.
    Clear,
}

/// The fate of the mail with a new mailbox's first code. The mailbox exists either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstCode {
    /// The mail was handed over.
    Sent,
    /// It could not be sent, or not now; another can be asked for.
    NotSent,
}

/// The consequences of deleting a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// The mailbox that would be deleted.
    pub mailbox: MailboxView,
    /// How many aliases go with it.
    pub aliases: u64,
    /// Whether the account signs in with its address: then it cannot be deleted.
    pub signs_in: bool,
    /// Where its aliases can be moved first: the account's other verified mailboxes.
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

/// The account's mailboxes with their profiles: the default one first, then the oldest.
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

/// Leads to the page that takes the code and sends another.
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

/// Mails a new code; the one before is void. Redirects to `/verify`.
#[server(prefix = "/api", endpoint = "resend_code")]
pub async fn resend_code(mailbox: MailboxId) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?.resend_code(mailbox).await?;
    leads_to("/verify", Done::CodeSent, None);
    Ok(())
}

/// Corrects the address of a mailbox that is not verified yet, and mails a code to the new one; the code before is void.
/// Redirects to `/verify`.
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

/// Sets the kill switch. Redirects to the mailbox on `/relay`. A form's unticked checkbox sends nothing: that is "off".
#[server(prefix = "/api", endpoint = "set_kill_switch")]
pub async fn set_kill_switch(mailbox: MailboxId, #[server(default)] on: bool) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?.set_kill_switch(mailbox, on).await?;
    let done = if on { Done::KillSwitchOn } else { Done::KillSwitchOff };
    leads_to(&paths::mailbox(mailbox), done, None);
    Ok(())
}

/// Sets whether an unencrypted reply is refused. Redirects to the mailbox on `/relay`. A form's unticked checkbox sends nothing: that is "off".
#[server(prefix = "/api", endpoint = "set_encrypted_replies_only")]
pub async fn set_encrypted_replies_only(mailbox: MailboxId, #[server(default)] on: bool) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?
        .set_encrypted_replies_only(mailbox, on)
        .await?;
    let done = match on {
        true => Done::EncryptedRepliesOnly,
        false => Done::AnyReplies,
    };
    leads_to(&paths::mailbox(mailbox), done, None);
    Ok(())
}

/// Sets whether an unsigned reply is refused. Redirects to the mailbox on `/relay`. A form's unticked checkbox sends nothing: that is "off".
#[server(prefix = "/api", endpoint = "set_signed_replies_only")]
pub async fn set_signed_replies_only(mailbox: MailboxId, #[server(default)] on: bool) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?
        .set_signed_replies_only(mailbox, on)
        .await?;
    let done = match on {
        true => Done::SignedRepliesOnly,
        false => Done::UnsignedReplies,
    };
    leads_to(&paths::mailbox(mailbox), done, None);
    Ok(())
}

/// Sets whether other recipients of a message get relay addresses. Redirects to the mailbox on `/relay`. A form's unticked
/// checkbox sends nothing: that is "off".
#[server(prefix = "/api", endpoint = "set_relayed_recipients")]
pub async fn set_relayed_recipients(mailbox: MailboxId, #[server(default)] on: bool) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?
        .set_relayed_recipients(mailbox, on)
        .await?;
    let done = match on {
        true => Done::RelayedRecipients,
        false => Done::RecipientsNamedOnly,
    };
    leads_to(&paths::mailbox(mailbox), done, None);
    Ok(())
}

/// The consequences of deleting a mailbox. Nothing is deleted yet.
#[server(prefix = "/api", endpoint = "mailbox_deletion")]
pub async fn mailbox_deletion(mailbox: MailboxId) -> Result<Deletion, ApiError> {
    backend::<dyn MailboxBackend>()?.mailbox_deletion(mailbox).await
}

/// Deletes a mailbox with its aliases, profiles and keys. `confirmation` is its address, typed by the person. Redirects to
/// `/relay`.
#[server(prefix = "/api", endpoint = "delete_mailbox")]
pub async fn delete_mailbox(mailbox: MailboxId, #[server(default)] confirmation: String) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?
        .delete_mailbox(mailbox, &confirmation)
        .await?;
    leads_to("/relay", Done::MailboxDeleted, None);
    Ok(())
}

/// Makes a verified mailbox the one that new aliases go to. Redirects to it on `/relay`.
#[server(prefix = "/api", endpoint = "set_default_mailbox")]
pub async fn set_default_mailbox(mailbox: MailboxId) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?.set_default_mailbox(mailbox).await?;
    leads_to(&paths::mailbox(mailbox), Done::DefaultMailbox, None);
    Ok(())
}

/// Makes an alias deliver to another verified mailbox of the account. `unsealed` confirms the move if mail to the other mailbox is
/// forwarded unencrypted and mail to this one is not. Redirects to the alias's page.
#[server(prefix = "/api", endpoint = "move_alias")]
pub async fn move_alias(alias: AliasId, mailbox: MailboxId, #[server(default)] unsealed: bool) -> Result<(), ApiError> {
    backend::<dyn MailboxBackend>()?
        .move_alias(alias, mailbox, unsealed)
        .await?;
    leads_to(&paths::alias(alias, "move"), Done::AliasMoved, None);
    Ok(())
}

/// Moves all aliases of a mailbox, as [`move_alias`] moves one. Redirects to the page that deletes the mailbox.
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
