//! Accounts and mailboxes.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::done::{Done, leads_to};
#[cfg(feature = "ssr")]
use super::next;
use super::{ApiError, profile::ProfileSummary};
use crate::{
    address::EmailAddress,
    id::{MailboxId, ProfileId},
    profile::ProfileKind,
};

/// Fewest characters of a password.
pub const MIN_PASSWORD: usize = 10;

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// The address that the account was made with.
    pub email: EmailAddress,
    /// The first mailbox that waits for its code, if any.
    pub unverified: Option<MailboxId>,
    /// The verified mailboxes whose mail is not sealed now, the oldest first.
    pub unsealed: Vec<UnsealedMailbox>,
}

/// A verified mailbox without a valid active profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsealedMailbox {
    /// Its id.
    pub mailbox: MailboxId,
    /// Its address.
    pub address: EmailAddress,
    /// How its mail is treated.
    pub exposure: Exposure,
    /// The way to mend it.
    pub mend: Mend,
}

/// The treatment of mail that cannot be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exposure {
    /// It is rejected: the kill switch is on.
    Rejected,
    /// It is forwarded unencrypted: the kill switch is off.
    Clear,
}

/// The step that leads to sealed mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mend {
    /// Activate this profile, which is ready.
    Activate(ProfileId),
    /// Make a profile that takes the place of this one, which has expired.
    Replace(ProfileId, ProfileKind),
    /// Make a first profile.
    SetUp,
}

/// A mailbox on the settings page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxView {
    /// Its id.
    pub id: MailboxId,
    /// Its address.
    pub address: EmailAddress,
    /// The setting; see [`Protection`] for what follows from it.
    pub kill_switch: bool,
    /// The setting: an unencrypted reply is refused.
    pub encrypted_replies_only: bool,
    /// The setting: an unsigned reply is refused.
    pub signed_replies_only: bool,
    /// The setting: other recipients of a message get relay addresses.
    pub relayed_recipients: bool,
    /// What happens to inbound mail now.
    pub protection: Protection,
    /// Whether new aliases go to it.
    pub default: bool,
    /// Its profiles, newest first.
    pub profiles: Vec<ProfileSummary>,
}

/// What happens to inbound mail of a mailbox, at one glance.
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

/// What a page needs to know of the relay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayInfo {
    /// The main domain: of relay addresses, and of aliases for which no other is chosen.
    pub domain: String,
    /// Other domains that aliases may live under.
    pub other_domains: Vec<String>,
    /// Who can sign up.
    pub sign_up: SignUpMode,
}

/// Who can sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignUpMode {
    /// Everybody.
    Open,
    /// Whoever has an invitation.
    Invite,
    /// Nobody.
    Closed,
}

/// What the right password leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInStep {
    /// A session.
    SignedIn,
    /// The second step.
    CodeNeeded,
}

/// What became of the mail with a new mailbox's first code. The mailbox is there either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstCode {
    /// It is on its way.
    Sent,
    /// It could not be sent, or not now; another can be asked for.
    NotSent,
}

/// Who is signed in, if anybody.
#[server(prefix = "/api", endpoint = "current_viewer")]
pub async fn current_viewer() -> Result<Option<Viewer>, ApiError> {
    super::backend()?.viewer().await
}

/// The relay's public facts.
#[server(prefix = "/api", endpoint = "relay")]
pub async fn relay() -> Result<RelayInfo, ApiError> {
    super::backend()?.relay_info().await
}

/// Makes an account with its first mailbox, mails the code, and signs in. Redirects to `/verify`.
#[server(prefix = "/api", endpoint = "sign_up")]
pub async fn sign_up(email: String, password: String, #[server(default)] invitation: String) -> Result<(), ApiError> {
    let code = super::backend()?.sign_up(&email, password.into(), &invitation).await?;
    leads_to_code(code);
    Ok(())
}

/// Signs in. Redirects to the page that was asked for, see [`super::next`], or to the second step where one-time codes are on.
#[server(prefix = "/api", endpoint = "sign_in")]
pub async fn sign_in(email: String, password: String, #[server(default)] next: String) -> Result<(), ApiError> {
    match super::backend()?.sign_in(&email, password.into()).await? {
        SignInStep::SignedIn => leptos_axum::redirect(next::after_sign_in(&next)),
        SignInStep::CodeNeeded => leptos_axum::redirect(&next::step("/sign-in/code", &next)),
    }
    Ok(())
}

/// Ends the session. Redirects to `/`.
#[server(prefix = "/api", endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), ApiError> {
    super::backend()?.sign_out().await?;
    leads_to("/", Done::SignedOut, None);
    Ok(())
}

/// The account's mailboxes with their profiles: the default one first, then the oldest.
#[server(prefix = "/api", endpoint = "mailboxes")]
pub async fn mailboxes() -> Result<Vec<MailboxView>, ApiError> {
    super::backend()?.mailboxes().await
}

/// Adds a mailbox and mails it a code. Redirects to `/verify`.
#[server(prefix = "/api", endpoint = "add_mailbox")]
pub async fn add_mailbox(address: String) -> Result<(), ApiError> {
    let code = super::backend()?.add_mailbox(&address).await?;
    leads_to_code(code);
    Ok(())
}

/// To where the code is typed, and where another can be asked for.
#[cfg(feature = "ssr")]
fn leads_to_code(code: FirstCode) {
    match code {
        FirstCode::Sent => leptos_axum::redirect("/verify"),
        FirstCode::NotSent => leads_to("/verify", Done::CodeNotSent, None),
    }
}

/// Verifies a mailbox with the mailed code. Redirects to `/relay`.
#[server(prefix = "/api", endpoint = "verify_mailbox")]
pub async fn verify_mailbox(mailbox: MailboxId, code: String) -> Result<(), ApiError> {
    super::backend()?.verify_mailbox(mailbox, &code).await?;
    leads_to("/relay", Done::MailboxVerified, None);
    Ok(())
}

/// Mails a new code; the one before is void. Redirects to `/verify`.
#[server(prefix = "/api", endpoint = "resend_code")]
pub async fn resend_code(mailbox: MailboxId) -> Result<(), ApiError> {
    super::backend()?.resend_code(mailbox).await?;
    leads_to("/verify", Done::CodeSent, None);
    Ok(())
}

/// Corrects the address of a mailbox that is not verified yet, and mails a code to the new one; the code before is void.
/// Redirects to `/verify`.
#[server(prefix = "/api", endpoint = "correct_mailbox")]
pub async fn correct_mailbox(mailbox: MailboxId, address: String) -> Result<(), ApiError> {
    let code = super::backend()?.correct_mailbox(mailbox, &address).await?;
    match code {
        FirstCode::Sent => leads_to("/verify", Done::AddressCorrected, None),
        FirstCode::NotSent => leads_to_code(code),
    }
    Ok(())
}

/// Sets the kill switch. Redirects to the mailbox on `/relay`. A form's unticked checkbox sends nothing: that is "off".
#[server(prefix = "/api", endpoint = "set_kill_switch")]
pub async fn set_kill_switch(mailbox: MailboxId, #[server(default)] on: bool) -> Result<(), ApiError> {
    super::backend()?.set_kill_switch(mailbox, on).await?;
    let done = if on { Done::KillSwitchOn } else { Done::KillSwitchOff };
    leads_to(&page(mailbox), done, None);
    Ok(())
}

/// Sets whether an unencrypted reply is refused. Redirects to the mailbox on `/relay`. A form's unticked checkbox sends nothing: that is "off".
#[server(prefix = "/api", endpoint = "set_encrypted_replies_only")]
pub async fn set_encrypted_replies_only(mailbox: MailboxId, #[server(default)] on: bool) -> Result<(), ApiError> {
    super::backend()?.set_encrypted_replies_only(mailbox, on).await?;
    let done = match on {
        true => Done::EncryptedRepliesOnly,
        false => Done::AnyReplies,
    };
    leads_to(&page(mailbox), done, None);
    Ok(())
}

/// Sets whether an unsigned reply is refused. Redirects to the mailbox on `/relay`. A form's unticked checkbox sends nothing: that is "off".
#[server(prefix = "/api", endpoint = "set_signed_replies_only")]
pub async fn set_signed_replies_only(mailbox: MailboxId, #[server(default)] on: bool) -> Result<(), ApiError> {
    super::backend()?.set_signed_replies_only(mailbox, on).await?;
    let done = match on {
        true => Done::SignedRepliesOnly,
        false => Done::UnsignedReplies,
    };
    leads_to(&page(mailbox), done, None);
    Ok(())
}

/// Sets whether other recipients of a message get relay addresses. Redirects to the mailbox on `/relay`. A form's unticked
/// checkbox sends nothing: that is "off".
#[server(prefix = "/api", endpoint = "set_relayed_recipients")]
pub async fn set_relayed_recipients(mailbox: MailboxId, #[server(default)] on: bool) -> Result<(), ApiError> {
    super::backend()?.set_relayed_recipients(mailbox, on).await?;
    let done = match on {
        true => Done::RelayedRecipients,
        false => Done::RecipientsNamedOnly,
    };
    leads_to(&page(mailbox), done, None);
    Ok(())
}

/// Where a mailbox is on the settings page.
#[cfg(feature = "ssr")]
pub(super) fn page(mailbox: MailboxId) -> String {
    format!("/relay#mailbox-{mailbox}")
}
