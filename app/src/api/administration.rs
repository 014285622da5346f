//! Defines the pages of administrators: accounts, invitations, the operator's log, and the checks of the relay.
//!
//! Every server function returns [`ApiError::NotFound`] to everybody who is no administrator, as an unknown page does.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
#[cfg(feature = "ssr")]
use zeroize::Zeroizing;

use super::{account::SignUpMode, error::ApiError, operator_action::Action};
#[cfg(feature = "ssr")]
use super::{
    backend::backend,
    done::{Done, leads_to},
    paths,
};
use crate::id::AccountId;

/// Accounts or entries of the log on one page.
pub const ON_ONE_PAGE: u32 = 50;

/// Most characters of a search.
pub const MAX_SEARCH: usize = 254;

/// Most characters of an announcement: it stands above every page, on phones too.
pub const MAX_ANNOUNCEMENT: usize = 500;

/// The name of an invitation, which tells open ones apart. It is not the code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, derive_more::Display, derive_more::FromStr)]
#[serde(transparent)]
pub struct InvitationName(pub String);

/// The limits of one account in place of the relay's. `None` is the relay's limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLimits {
    /// Most mailboxes.
    pub mailboxes: Option<u32>,
    /// Most aliases.
    pub aliases: Option<u32>,
    /// Most messages to its aliases within an hour.
    pub messages_per_hour: Option<u32>,
    /// Most replies from its aliases within an hour.
    pub replies_per_hour: Option<u32>,
}

/// The relay's limits of an account that has none of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayLimits {
    /// Most mailboxes.
    pub mailboxes: u64,
    /// Most aliases.
    pub aliases: u64,
    /// Most messages to its aliases within an hour.
    pub messages_per_hour: u32,
    /// Most replies from its aliases within an hour.
    pub replies_per_hour: u32,
}

/// The settings that administrators change while the relay runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveSettingsView {
    /// Who can sign up in place of the settings. `None` while the settings decide.
    pub sign_up: Option<SignUpMode>,
    /// Who can sign up by the settings.
    pub sign_up_by_settings: SignUpMode,
    /// The text that is shown on every page.
    pub announcement: Option<String>,
    /// The domains of aliases, the main one first.
    pub domains: Vec<DomainView>,
    /// Whether changes are possible now, see [`super::security::CONFIRMED_MINUTES`].
    pub confirmed: bool,
    /// The server's time, which ages are relative to.
    #[serde(with = "time::serde::timestamp")]
    pub now: OffsetDateTime,
}

/// A domain of aliases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainView {
    /// The domain.
    pub domain: String,
    /// Its role.
    pub role: DomainRole,
    /// The aliases under it.
    pub aliases: u64,
    /// When one of them last had mail.
    #[serde(with = "time::serde::timestamp::option")]
    pub last_mail: Option<OffsetDateTime>,
}

/// The role of a domain of aliases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DomainRole {
    /// The main domain, which relay addresses and return paths are under, too.
    Main,
    /// Another domain of the settings.
    Other,
    /// It is not in the settings any more: mail to its aliases is refused.
    Gone,
}

/// The relay in numbers, and the last result of its checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverviewView {
    /// All accounts.
    pub accounts: u64,
    /// Accounts that are turned off.
    pub disabled: u64,
    /// Accounts whose person is an administrator.
    pub administrators: u64,
    /// Messages that wait for delivery.
    pub waiting: u64,
    /// When the oldest of them was accepted.
    #[serde(with = "time::serde::timestamp::option")]
    pub oldest: Option<OffsetDateTime>,
    /// Who may sign up.
    pub sign_up: SignUpMode,
    /// The provider at which people sign in, and who of those whom it knows gets an account.
    pub provider: Option<(String, SignUpMode)>,
    /// The checks.
    pub checks: Checks,
    /// The server's time, which ages are relative to.
    #[serde(with = "time::serde::timestamp")]
    pub now: OffsetDateTime,
}

/// The state of the checks, which are those of `sealpost doctor`. This process of the relay keeps it in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checks {
    /// Nobody has run them since the relay started.
    #[default]
    NotRun,
    /// They run now.
    Running,
    /// They were run.
    Done {
        /// When they ended.
        #[serde(with = "time::serde::timestamp")]
        at: OffsetDateTime,
        /// The findings, in a fixed order.
        findings: Vec<FindingView>,
    },
    /// They broke off. The log says why.
    Failed,
}

/// How something is that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// As it should be.
    Good,
    /// Mail goes through, but something is not as it should be.
    Warning,
    /// Mail is lost, refused, or never sent.
    Bad,
    /// It could not be checked, or there is nothing to check.
    NotChecked,
}

/// A finding of the checks. Its texts are in English, as the command prints them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingView {
    /// How it is.
    pub state: FindingState,
    /// The thing that was looked at.
    pub title: String,
    /// Which one: a domain, an address, or a file. Empty if there is only one.
    pub of: String,
    /// The result in words.
    pub found: String,
    /// The consequence for mail. Empty if all is good.
    pub means: String,
    /// The remedy. Empty if there is nothing to do.
    pub action: String,
}

/// An account: sizes and last use, never content, subjects or contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// The id of the account.
    pub id: AccountId,
    /// The address that it was created with.
    pub email: String,
    /// Whether that address is verified.
    pub verified: bool,
    /// When it was created.
    #[serde(with = "time::serde::timestamp")]
    pub created: OffsetDateTime,
    /// Since when it is turned off.
    #[serde(with = "time::serde::timestamp::option")]
    pub disabled: Option<OffsetDateTime>,
    /// Whether its person is an administrator.
    pub administrator: bool,
    /// Whether it needs a second factor to sign in.
    pub second_factor: bool,
    /// When one of its sessions was last used, to ten minutes.
    #[serde(with = "time::serde::timestamp::option")]
    pub last_seen: Option<OffsetDateTime>,
    /// Its mailboxes.
    pub mailboxes: u64,
    /// Its aliases.
    pub aliases: u64,
    /// Messages that were relayed to its aliases.
    pub relayed: u64,
    /// When one of its aliases last had mail.
    #[serde(with = "time::serde::timestamp::option")]
    pub last_mail: Option<OffsetDateTime>,
}

/// A page of accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountsView {
    /// The accounts of this page, oldest first.
    pub accounts: Vec<AccountView>,
    /// How many accounts match on all pages.
    pub found: u64,
    /// Whether changes are possible now, see [`super::security::CONFIRMED_MINUTES`].
    pub confirmed: bool,
    /// The server's time, which ages are relative to.
    #[serde(with = "time::serde::timestamp")]
    pub now: OffsetDateTime,
}

/// The page of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountDetail {
    /// The account.
    pub account: AccountView,
    /// Its own limits.
    pub limits: AccountLimits,
    /// The limits that count where it has none of its own.
    pub relay_limits: RelayLimits,
    /// Whether it is the administrator's own, which only others can turn off or delete.
    pub own: bool,
    /// Whether changes are possible now, see [`super::security::CONFIRMED_MINUTES`].
    pub confirmed: bool,
    /// Whether people can sign in with passwords here.
    pub local_sign_in: bool,
    /// A code for a new password, which is shown only now.
    pub code: Option<String>,
    /// The page where the person types it.
    pub code_page: String,
    /// For how many hours it is valid.
    pub code_hours: i64,
    /// The server's time, which ages are relative to.
    #[serde(with = "time::serde::timestamp")]
    pub now: OffsetDateTime,
}

/// An invitation that nobody has used yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationView {
    /// Its name.
    pub name: InvitationName,
    /// When it expires.
    #[serde(with = "time::serde::timestamp")]
    pub expires: OffsetDateTime,
}

/// The page of invitations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationsView {
    /// The open invitations, the first to expire first.
    pub open: Vec<InvitationView>,
    /// The code of a new invitation, which is shown only now.
    pub made: Option<String>,
    /// The page where its person types it.
    pub sign_up_page: String,
    /// For how many days a new invitation is valid.
    pub days: i64,
    /// Who may sign up: invitations are good for nothing unless it is `Invite`.
    pub sign_up: SignUpMode,
    /// Whether changes are possible now, see [`super::security::CONFIRMED_MINUTES`].
    pub confirmed: bool,
    /// The server's time, which ages are relative to.
    #[serde(with = "time::serde::timestamp")]
    pub now: OffsetDateTime,
}

/// An entry of the operator's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntryView {
    /// When it happened.
    #[serde(with = "time::serde::timestamp")]
    pub at: OffsetDateTime,
    /// The action. `None` if a newer release knows it.
    pub action: Option<Action>,
    /// The number of the account, or the name of the message or of the invitation.
    pub subject: String,
    /// Which administrator did it. `None` if it was done with a command.
    pub administrator: Option<AccountId>,
}

/// A page of the operator's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogView {
    /// The entries of this page, newest first.
    pub entries: Vec<LogEntryView>,
    /// How many entries there are on all pages.
    pub all: u64,
    /// The server's time, which ages are relative to.
    #[serde(with = "time::serde::timestamp")]
    pub now: OffsetDateTime,
}

/// An account that was created for somebody.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// The account.
    pub account: AccountId,
    /// Whether its person chooses a password. Otherwise they sign in at the provider.
    pub with_password: bool,
}

/// The work of administrators.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait AdministrationBackend: Send + Sync {
    async fn administration(&self) -> Result<OverviewView, ApiError>;
    async fn run_checks(&self) -> Result<(), ApiError>;
    async fn accounts(&self, search: &str, page: u32) -> Result<AccountsView, ApiError>;
    async fn create_account_of(&self, email: &str) -> Result<NewAccount, ApiError>;
    async fn account_of(&self, account: AccountId) -> Result<AccountDetail, ApiError>;
    async fn set_account_enabled(&self, account: AccountId, on: bool) -> Result<(), ApiError>;
    async fn set_account_administrator(&self, account: AccountId, on: bool) -> Result<(), ApiError>;
    async fn make_reset_code(&self, account: AccountId) -> Result<(), ApiError>;
    async fn reset_second_factor(&self, account: AccountId) -> Result<(), ApiError>;
    async fn set_account_limits(&self, account: AccountId, limits: TypedLimits<'_>) -> Result<(), ApiError>;
    async fn delete_account_of(
        &self,
        account: AccountId,
        confirmation: &str,
        password: Zeroizing<String>,
    ) -> Result<(), ApiError>;
    async fn invitations(&self) -> Result<InvitationsView, ApiError>;
    async fn create_invitation(&self) -> Result<(), ApiError>;
    async fn revoke_invitation(&self, invitation: &InvitationName) -> Result<(), ApiError>;
    async fn live_settings(&self) -> Result<LiveSettingsView, ApiError>;
    async fn set_sign_up(&self, mode: Option<SignUpMode>) -> Result<(), ApiError>;
    async fn set_announcement(&self, text: &str) -> Result<(), ApiError>;
    async fn operator_log(&self, page: u32) -> Result<LogView, ApiError>;
}

/// Limits as an administrator types them. A field that is left empty is the relay's limit.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the fields of AccountLimits")]
pub struct TypedLimits<'a> {
    pub mailboxes: &'a str,
    pub aliases: &'a str,
    pub messages_per_hour: &'a str,
    pub replies_per_hour: &'a str,
}

#[cfg(feature = "ssr")]
impl TypedLimits<'_> {
    /// Returns the numbers.
    ///
    /// # Errors
    /// [`ApiError::NotANumber`] for anything else than digits and spaces, or above [`u32::MAX`].
    pub fn parse(self) -> Result<AccountLimits, ApiError> {
        let number = |typed: &str| match typed.trim() {
            "" => Ok(None),
            digits => digits.parse().map(Some).map_err(|_| ApiError::NotANumber),
        };
        Ok(AccountLimits {
            mailboxes: number(self.mailboxes)?,
            aliases: number(self.aliases)?,
            messages_per_hour: number(self.messages_per_hour)?,
            replies_per_hour: number(self.replies_per_hour)?,
        })
    }
}

#[cfg(feature = "ssr")]
fn administrators() -> Result<std::sync::Arc<dyn AdministrationBackend>, ApiError> {
    backend::<dyn AdministrationBackend>()
}

/// Returns the numbers of the relay, and the last result of its checks.
#[server(prefix = "/api", endpoint = "administration")]
pub async fn administration() -> Result<OverviewView, ApiError> {
    administrators()?.administration().await
}

/// Starts the checks, unless they run already. Redirects to the overview, which shows how they stand.
#[server(prefix = "/api", endpoint = "run_checks")]
pub async fn run_checks() -> Result<(), ApiError> {
    administrators()?.run_checks().await?;
    leptos_axum::redirect("/administration#checks");
    Ok(())
}

/// Returns a page of the accounts with this number or with this text in their address. `page` counts from 1; 0 is the
/// first page as well.
#[server(prefix = "/api", endpoint = "accounts")]
pub async fn accounts(
    #[server(default)] search: String,
    #[server(default)] page: u32,
) -> Result<AccountsView, ApiError> {
    administrators()?.accounts(&search, page).await
}

/// Creates an account for somebody, also while nobody can sign up. Its person chooses the password with a code that is mailed to the
/// address, or signs in at the provider. Redirects to the page of the account.
#[server(prefix = "/api", endpoint = "create_account_of")]
pub async fn create_account_of(email: String) -> Result<(), ApiError> {
    let NewAccount { account, with_password } = administrators()?.create_account_of(&email).await?;
    let done = match with_password {
        true => Done::OtherAccountCreated,
        false => Done::OtherAccountAtProvider,
    };
    leads_to(&paths::account(account), done, None);
    Ok(())
}

/// Returns one account. The first answer after [`make_reset_code`] includes the code, and no other does.
#[server(prefix = "/api", endpoint = "account_of")]
pub async fn account_of(account: AccountId) -> Result<AccountDetail, ApiError> {
    administrators()?.account_of(account).await
}

/// Turns an account off, so that nobody can sign in and mail to its aliases is refused, or on again. Redirects to its page.
#[server(prefix = "/api", endpoint = "set_account_enabled")]
pub async fn set_account_enabled(account: AccountId, on: bool) -> Result<(), ApiError> {
    administrators()?.set_account_enabled(account, on).await?;
    let done = if on {
        Done::AccountEnabled
    } else {
        Done::AccountDisabled
    };
    leads_to(&paths::account(account), done, None);
    Ok(())
}

/// Makes the person of an account an administrator, or takes the role away. Redirects to the page of the account.
#[server(prefix = "/api", endpoint = "set_account_administrator")]
pub async fn set_account_administrator(account: AccountId, on: bool) -> Result<(), ApiError> {
    administrators()?.set_account_administrator(account, on).await?;
    let done = if on {
        Done::AdministratorAdded
    } else {
        Done::AdministratorRemoved
    };
    leads_to(&paths::account(account), done, None);
    Ok(())
}

/// Makes a code with which the person of an account chooses a new password. Redirects to the page of the account, which
/// shows it once.
#[server(prefix = "/api", endpoint = "make_reset_code")]
pub async fn make_reset_code(account: AccountId) -> Result<(), ApiError> {
    administrators()?.make_reset_code(account).await?;
    leptos_axum::redirect(&paths::account(account));
    Ok(())
}

/// Removes the second factor, the passkeys and the API keys of an account, and ends its sessions. Redirects to its page.
#[server(prefix = "/api", endpoint = "reset_second_factor")]
pub async fn reset_second_factor(account: AccountId) -> Result<(), ApiError> {
    administrators()?.reset_second_factor(account).await?;
    leads_to(&paths::account(account), Done::SecondFactorReset, None);
    Ok(())
}

/// Sets the limits of an account in place of the relay's. An empty field is the relay's limit. Redirects to its page.
#[server(prefix = "/api", endpoint = "set_account_limits")]
pub async fn set_account_limits(
    account: AccountId,
    #[server(default)] mailboxes: String,
    #[server(default)] aliases: String,
    #[server(default)] messages_per_hour: String,
    #[server(default)] replies_per_hour: String,
) -> Result<(), ApiError> {
    let limits = TypedLimits {
        mailboxes: &mailboxes,
        aliases: &aliases,
        messages_per_hour: &messages_per_hour,
        replies_per_hour: &replies_per_hour,
    };
    administrators()?.set_account_limits(account, limits).await?;
    leads_to(&paths::account(account), Done::LimitsChanged, None);
    Ok(())
}

/// Deletes an account with its aliases and keys. `confirmation` is the account's typed address, and the password is the
/// administrator's. Redirects to the list of accounts.
#[server(prefix = "/api", endpoint = "delete_account_of")]
pub async fn delete_account_of(
    account: AccountId,
    confirmation: String,
    #[server(default)] password: String,
) -> Result<(), ApiError> {
    administrators()?
        .delete_account_of(account, &confirmation, password.into())
        .await?;
    leads_to("/administration/accounts", Done::OtherAccountDeleted, None);
    Ok(())
}

/// Returns the open invitations. The first answer after [`create_invitation`] includes the code, and no other does.
#[server(prefix = "/api", endpoint = "invitations")]
pub async fn invitations() -> Result<InvitationsView, ApiError> {
    administrators()?.invitations().await
}

/// Makes an invitation. Redirects to the page of invitations, which shows its code once.
#[server(prefix = "/api", endpoint = "create_invitation")]
pub async fn create_invitation() -> Result<(), ApiError> {
    administrators()?.create_invitation().await?;
    leptos_axum::redirect("/administration/invitations");
    Ok(())
}

/// Revokes an open invitation, so that its code is refused. Redirects to the page of invitations.
#[server(prefix = "/api", endpoint = "revoke_invitation")]
pub async fn revoke_invitation(invitation: InvitationName) -> Result<(), ApiError> {
    administrators()?.revoke_invitation(&invitation).await?;
    leads_to("/administration/invitations", Done::InvitationRevoked, None);
    Ok(())
}

/// Returns the settings that administrators change while the relay runs, and the domains.
#[server(prefix = "/api", endpoint = "live_settings")]
pub async fn live_settings() -> Result<LiveSettingsView, ApiError> {
    administrators()?.live_settings().await
}

/// Decides who can sign up. Without a mode the settings decide. Redirects to the page of settings.
#[server(prefix = "/api", endpoint = "set_sign_up")]
pub async fn set_sign_up(#[server(default)] mode: String) -> Result<(), ApiError> {
    let mode = match &*mode {
        "" => None,
        word => Some(word.parse().map_err(|_| ApiError::NotFound)?),
    };
    administrators()?.set_sign_up(mode).await?;
    leads_to(paths::LIVE_SETTINGS, Done::SignUpChanged, None);
    Ok(())
}

/// Shows a text on every page, up to [`MAX_ANNOUNCEMENT`] characters, or takes it away if it is empty. Redirects to the page
/// of settings.
#[server(prefix = "/api", endpoint = "set_announcement")]
pub async fn set_announcement(#[server(default)] announcement: String) -> Result<(), ApiError> {
    administrators()?.set_announcement(&announcement).await?;
    let done = match announcement.trim().is_empty() {
        true => Done::AnnouncementRemoved,
        false => Done::AnnouncementShown,
    };
    leads_to(paths::LIVE_SETTINGS, done, None);
    Ok(())
}

/// Returns a page of the operator's log. `page` counts from 1; 0 is the first page as well.
#[server(prefix = "/api", endpoint = "operator_log")]
pub async fn operator_log(#[server(default)] page: u32) -> Result<LogView, ApiError> {
    administrators()?.operator_log(page).await
}
