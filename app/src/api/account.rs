//! Defines the signed-in account, and signing up, in and out.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use zeroize::Zeroizing;

#[cfg(feature = "ssr")]
use super::{
    backend::backend,
    done::{Done, leads_to},
    mailbox::{FirstCode, leads_to_code},
    next,
};
use super::{error::ApiError, profile::NamedProfile};
use crate::{address::EmailAddress, id::MailboxId, profile::ProfileKind};

/// The signed-in account, and the mailboxes that need attention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// The address that the account was created with.
    pub email: EmailAddress,
    /// The first mailbox that waits for its code.
    pub unverified: Option<MailboxId>,
    /// The verified mailboxes whose mail is not encrypted now, oldest first.
    pub unsealed: Vec<UnsealedMailbox>,
    /// Whether the person is an administrator.
    pub administrator: bool,
}

/// A verified mailbox without a valid active profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsealedMailbox {
    /// The id of the mailbox.
    pub mailbox: MailboxId,
    /// The address of the mailbox.
    pub address: EmailAddress,
    /// What happens to its mail now.
    pub exposure: Exposure,
    /// The next step towards encrypted mail.
    pub mend: Mend,
}

/// What happens to mail that cannot be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exposure {
    /// It is rejected: the kill switch is on.
    Rejected,
    /// It is forwarded unencrypted: the kill switch is off.
    Clear,
}

/// The step that leads to encrypted mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mend {
    /// Activate this profile, which is ready.
    Activate(NamedProfile),
    /// Create a profile that replaces this expired one.
    Replace(NamedProfile, ProfileKind),
    /// Create a first profile.
    SetUp,
}

/// The facts about the relay that pages need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayInfo {
    /// The main domain. Relay addresses are under it, and by default aliases.
    pub domain: String,
    /// Other domains that aliases may be under.
    pub other_domains: Vec<String>,
    /// Who may create an account.
    pub sign_up: SignUpMode,
    /// The text of administrators that every page shows.
    pub announcement: Option<String>,
    /// Whether people can sign in with passwords and passkeys.
    pub local_sign_in: bool,
    /// The name of the provider at which people sign in, if there is one.
    pub provider: Option<String>,
    /// Who gets an account of those whom the provider knows.
    pub provider_sign_up: SignUpMode,
}

impl RelayInfo {
    /// Who can sign up in whatever way, here or at the provider.
    pub fn open_to(&self) -> SignUpMode {
        match (self.provider_sign_up, self.local_sign_in) {
            (SignUpMode::Open, _) => SignUpMode::Open,
            (_, true) => self.sign_up,
            (by_provider, false) => by_provider,
        }
    }
}

/// The people who can sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, derive_more::Display, derive_more::FromStr)]
#[serde(rename_all = "lowercase")]
#[display(rename_all = "lowercase")]
#[from_str(rename_all = "lowercase")]
pub enum SignUpMode {
    /// Everybody can sign up.
    Open,
    /// Everybody with an invitation can sign up.
    Invite,
    /// Nobody can sign up.
    Closed,
}

/// The step that follows the right password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInStep {
    /// The person is signed in.
    SignedIn,
    /// A one-time code or a recovery code is needed as well.
    CodeNeeded,
}

/// Accounts and sessions.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait AccountBackend: Send + Sync {
    async fn viewer(&self) -> Result<Option<Viewer>, ApiError>;
    async fn relay_info(&self) -> Result<RelayInfo, ApiError>;
    async fn sign_up(&self, email: &str, password: Zeroizing<String>, invitation: &str) -> Result<FirstCode, ApiError>;
    async fn sign_in(&self, email: &str, password: Zeroizing<String>) -> Result<SignInStep, ApiError>;
    async fn sign_out(&self) -> Result<(), ApiError>;
}

/// Returns the signed-in account, or `None`.
#[server(prefix = "/api", endpoint = "current_viewer")]
pub async fn current_viewer() -> Result<Option<Viewer>, ApiError> {
    backend::<dyn AccountBackend>()?.viewer().await
}

/// Returns the relay's public facts.
#[server(prefix = "/api", endpoint = "relay")]
pub async fn relay() -> Result<RelayInfo, ApiError> {
    backend::<dyn AccountBackend>()?.relay_info().await
}

/// Creates an account with its first mailbox, mails the code, and signs in. Redirects to `/verify`.
#[server(prefix = "/api", endpoint = "sign_up")]
pub async fn sign_up(email: String, password: String, #[server(default)] invitation: String) -> Result<(), ApiError> {
    let code = backend::<dyn AccountBackend>()?
        .sign_up(&email, password.into(), &invitation)
        .await?;
    leads_to_code(code);
    Ok(())
}

/// Signs in. Redirects to the requested page, see [`super::next`], or to the second step if one-time codes are on.
#[server(prefix = "/api", endpoint = "sign_in")]
pub async fn sign_in(email: String, password: String, #[server(default)] next: String) -> Result<(), ApiError> {
    match backend::<dyn AccountBackend>()?
        .sign_in(&email, password.into())
        .await?
    {
        SignInStep::SignedIn => leptos_axum::redirect(next::after_sign_in(&next)),
        SignInStep::CodeNeeded => leptos_axum::redirect(&next::step("/sign-in/code", &next)),
    }
    Ok(())
}

/// Ends the session. Redirects to `/`.
#[server(prefix = "/api", endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), ApiError> {
    backend::<dyn AccountBackend>()?.sign_out().await?;
    leads_to("/", Done::SignedOut, None);
    Ok(())
}
