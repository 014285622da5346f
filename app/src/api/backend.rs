//! The server behind the pages, bound to one request: who asks and how to answer a cookie is its own affair.

use std::sync::Arc;

use async_trait::async_trait;
use leptos::prelude::use_context;
use zeroize::Zeroizing;

use super::{
    ApiError,
    account::{FirstCode, MailboxView, RelayInfo, SignInStep, Viewer},
    activity::ActivityPage,
    alias::{AliasDetail, AliasPage, AliasQuery, OffAnswer},
    api_key::ApiKeysView,
    contact::ContactPage,
    data::Import,
    interface::{AboutPages, Theme},
    mailbox::Deletion,
    probe::ProbeView,
    profile::{Issuing, ProfileView},
    security::SecurityView,
    two_factor::TwoFactorView,
};
use crate::{
    id::{AliasId, ApiKeyId, ContactId, EventId, MailboxId, PasskeyId, ProfileId, SessionId},
    pki::issuance::{Completion, UserRequest},
    profile::Settings,
};

/// What the server functions call, area by area; each method is documented at the server function of its name. All but
/// `viewer`, `relay_info`, `unsubscribe` and what signs up, in and out or replaces a forgotten password answer
/// [`ApiError::SignedOut`] without a session, and [`ApiError::NotFound`] for what belongs to another account.
pub trait Backend:
    AccountBackend
    + MailboxBackend
    + AliasBackend
    + CorrespondenceBackend
    + ContactBackend
    + UnsubscribeBackend
    + ProfileBackend
    + ApiKeyBackend
    + DataBackend
    + PgpBackend
    + SettingsBackend
    + ProbeBackend
    + SecurityBackend
    + TwoFactorBackend
    + RecoveryBackend
    + PasskeyBackend
    + InterfaceBackend
{
}

impl<
    T: AccountBackend
        + MailboxBackend
        + AliasBackend
        + CorrespondenceBackend
        + ContactBackend
        + UnsubscribeBackend
        + ProfileBackend
        + ApiKeyBackend
        + DataBackend
        + PgpBackend
        + SettingsBackend
        + ProbeBackend
        + SecurityBackend
        + TwoFactorBackend
        + RecoveryBackend
        + PasskeyBackend
        + InterfaceBackend,
> Backend for T
{
}

/// Who asks, and signing up, in and out.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait AccountBackend: Send + Sync {
    async fn viewer(&self) -> Result<Option<Viewer>, ApiError>;
    async fn relay_info(&self) -> Result<RelayInfo, ApiError>;
    async fn sign_up(&self, email: &str, password: Zeroizing<String>, invitation: &str) -> Result<FirstCode, ApiError>;
    async fn sign_in(&self, email: &str, password: Zeroizing<String>) -> Result<SignInStep, ApiError>;
    async fn sign_out(&self) -> Result<(), ApiError>;
}

/// Mailboxes and their switches.
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

/// Aliases.
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

/// One alias: its name, its threads, its activity.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait CorrespondenceBackend: Send + Sync {
    async fn alias(&self, alias: AliasId) -> Result<AliasDetail, ApiError>;
    async fn set_alias_name(&self, alias: AliasId, name: &str) -> Result<(), ApiError>;
    async fn start_thread(&self, alias: AliasId, recipient: &str) -> Result<(), ApiError>;
    async fn activity(&self, alias: AliasId, before: Option<EventId>) -> Result<ActivityPage, ApiError>;
    async fn set_record_activity(&self, alias: AliasId, on: bool) -> Result<(), ApiError>;
}

/// The correspondents of an alias.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait ContactBackend: Send + Sync {
    async fn contacts(&self, alias: AliasId, page: u32) -> Result<ContactPage, ApiError>;
    async fn set_contact_blocked(&self, alias: AliasId, contact: ContactId, blocked: bool) -> Result<(), ApiError>;
}

/// Unsubscribing from relayed mail.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait UnsubscribeBackend: Send + Sync {
    async fn unsubscribe(&self, token: &str) -> Result<(), ApiError>;
}

/// Profiles and their issuance.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait ProfileBackend: Send + Sync {
    async fn request_certificate(
        &self,
        mailbox: MailboxId,
        request: UserRequest,
        renews: Option<ProfileId>,
    ) -> Result<Issuing, ApiError>;
    async fn complete_profile(&self, profile: ProfileId, completion: Completion) -> Result<(), ApiError>;
    async fn profile(&self, profile: ProfileId) -> Result<ProfileView, ApiError>;
    async fn report_export(&self, profile: ProfileId) -> Result<(), ApiError>;
    async fn activate_with_code(&self, profile: ProfileId, code: &str) -> Result<(), ApiError>;
    async fn activate_profile(&self, profile: ProfileId, untested: bool) -> Result<(), ApiError>;
    async fn deactivate_profile(&self, profile: ProfileId) -> Result<(), ApiError>;
    async fn delete_profile(&self, profile: ProfileId) -> Result<(), ApiError>;
}

/// Keys of a person's tools.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait ApiKeyBackend: Send + Sync {
    async fn api_keys(&self) -> Result<ApiKeysView, ApiError>;
    async fn create_api_key(&self, name: &str, days: u16, password: Zeroizing<String>) -> Result<(), ApiError>;
    async fn revoke_api_key(&self, key: ApiKeyId) -> Result<(), ApiError>;
}

/// A person's data.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait DataBackend: Send + Sync {
    async fn imported(&self) -> Result<Option<Import>, ApiError>;
    async fn delete_account(&self, confirmation: &str, password: Zeroizing<String>) -> Result<(), ApiError>;
}

/// Profiles of OpenPGP.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait PgpBackend: Send + Sync {
    async fn submit_pgp_key(&self, mailbox: MailboxId, key: Zeroizing<String>) -> Result<ProfileId, ApiError>;
}

/// What a person may choose for a profile.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait SettingsBackend: Send + Sync {
    async fn profile_settings(&self, profile: ProfileId) -> Result<Settings, ApiError>;
    async fn set_profile_settings(
        &self,
        profile: ProfileId,
        settings: Settings,
        confirmed: bool,
    ) -> Result<(), ApiError>;
}

/// Test messages.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait ProbeBackend: Send + Sync {
    async fn probe(&self, profile: ProfileId) -> Result<Option<ProbeView>, ApiError>;
    async fn send_probe(&self, profile: ProfileId) -> Result<(), ApiError>;
}

/// What guards the account.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait SecurityBackend: Send + Sync {
    async fn security(&self) -> Result<SecurityView, ApiError>;
    async fn confirm_password(&self, password: Zeroizing<String>) -> Result<(), ApiError>;
    async fn change_password(&self, current: Zeroizing<String>, password: Zeroizing<String>) -> Result<(), ApiError>;
    /// Whether it was the session that asks.
    async fn end_session(&self, session: &SessionId) -> Result<bool, ApiError>;
    async fn end_other_sessions(&self) -> Result<(), ApiError>;
}

/// One-time codes and recovery codes.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait TwoFactorBackend: Send + Sync {
    async fn two_factor(&self) -> Result<TwoFactorView, ApiError>;
    async fn start_two_factor(&self, password: Zeroizing<String>) -> Result<(), ApiError>;
    /// Whether recovery codes were made, too.
    async fn finish_two_factor(&self, code: &str) -> Result<bool, ApiError>;
    async fn stop_two_factor(&self, password: Zeroizing<String>) -> Result<(), ApiError>;
    async fn make_recovery_codes(&self, password: Zeroizing<String>) -> Result<(), ApiError>;
    async fn new_recovery_codes(&self) -> Result<Vec<String>, ApiError>;
    async fn keep_recovery_codes(&self) -> Result<(), ApiError>;
    async fn awaits_code(&self) -> Result<bool, ApiError>;
    async fn sign_in_with_code(&self, code: &str) -> Result<(), ApiError>;
}

/// A new password for one that is forgotten.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait RecoveryBackend: Send + Sync {
    async fn forgot_password(&self, email: &str) -> Result<(), ApiError>;
    async fn reset_password(
        &self,
        email: &str,
        code: &str,
        second: &str,
        password: Zeroizing<String>,
    ) -> Result<(), ApiError>;
}

/// Passkeys.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait PasskeyBackend: Send + Sync {
    async fn begin_passkey(&self) -> Result<String, ApiError>;
    async fn add_passkey(&self, name: &str, credential: &str) -> Result<(), ApiError>;
    async fn remove_passkey(&self, passkey: PasskeyId) -> Result<(), ApiError>;
    async fn begin_passkey_sign_in(&self) -> Result<String, ApiError>;
    async fn sign_in_with_passkey(&self, credential: &str) -> Result<(), ApiError>;
}

/// The pages themselves.
pub trait InterfaceBackend: Send + Sync {
    /// What stands at the foot of every page.
    fn about(&self) -> AboutPages;
    /// Keeps the choice in a cookie.
    fn set_theme(&self, theme: Theme);
}

/// The backend of this request, which the router provides as a context.
pub fn backend() -> Result<Arc<dyn Backend>, ApiError> {
    use_context::<Arc<dyn Backend>>().ok_or(ApiError::Unavailable)
}
