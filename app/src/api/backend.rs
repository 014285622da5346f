//! The server behind the pages, bound to one request: who asks and how to answer a cookie is its own affair.

use std::sync::Arc;

use async_trait::async_trait;
use leptos::prelude::use_context;
use zeroize::Zeroizing;

use super::{
    ApiError,
    account::{MailboxId, MailboxView, RelayInfo, Viewer},
    activity::{ActivityPage, EventId},
    alias::{AliasDetail, AliasId, AliasView},
    api_key::{ApiKeyId, ApiKeysView},
    data::Import,
    profile::{Issuing, ProfileId, ProfileView},
};
use crate::pki::issuance::{Completion, UserRequest};

/// What the server functions call, area by area; each method is documented at the server function of its name. All but
/// `viewer`, `relay_info`, `sign_up`, `sign_in` and `sign_out` answer [`ApiError::SignedOut`] without a session, and
/// [`ApiError::NotFound`] for what belongs to another account.
pub trait Backend:
    AccountBackend + MailboxBackend + AliasBackend + CorrespondenceBackend + ProfileBackend + ApiKeyBackend + DataBackend
{
}

impl<
    T: AccountBackend
        + MailboxBackend
        + AliasBackend
        + CorrespondenceBackend
        + ProfileBackend
        + ApiKeyBackend
        + DataBackend,
> Backend for T
{
}

/// Who asks, and signing up, in and out.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait AccountBackend: Send + Sync {
    async fn viewer(&self) -> Result<Option<Viewer>, ApiError>;
    async fn relay_info(&self) -> Result<RelayInfo, ApiError>;
    async fn sign_up(&self, email: &str, password: Zeroizing<String>) -> Result<(), ApiError>;
    async fn sign_in(&self, email: &str, password: Zeroizing<String>) -> Result<(), ApiError>;
    async fn sign_out(&self) -> Result<(), ApiError>;
}

/// Mailboxes and their switches.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait MailboxBackend: Send + Sync {
    async fn mailboxes(&self) -> Result<Vec<MailboxView>, ApiError>;
    async fn add_mailbox(&self, address: &str) -> Result<(), ApiError>;
    async fn verify_mailbox(&self, mailbox: MailboxId, code: &str) -> Result<(), ApiError>;
    async fn resend_code(&self, mailbox: MailboxId) -> Result<(), ApiError>;
    async fn set_kill_switch(&self, mailbox: MailboxId, on: bool) -> Result<(), ApiError>;
    async fn set_encrypted_replies_only(&self, mailbox: MailboxId, on: bool) -> Result<(), ApiError>;
}

/// Aliases.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait AliasBackend: Send + Sync {
    async fn aliases(&self) -> Result<Vec<AliasView>, ApiError>;
    async fn suggest_alias(&self) -> Result<String, ApiError>;
    async fn create_alias(&self, local: &str, label: &str, mailbox: MailboxId) -> Result<(), ApiError>;
    async fn set_alias_enabled(&self, alias: AliasId, enabled: bool) -> Result<(), ApiError>;
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

/// Profiles and their issuance.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait ProfileBackend: Send + Sync {
    async fn request_certificate(&self, mailbox: MailboxId, request: UserRequest) -> Result<Issuing, ApiError>;
    async fn complete_profile(&self, profile: ProfileId, completion: Completion) -> Result<(), ApiError>;
    async fn profile(&self, profile: ProfileId) -> Result<ProfileView, ApiError>;
    async fn activate_profile(&self, profile: ProfileId) -> Result<(), ApiError>;
    async fn deactivate_profile(&self, profile: ProfileId) -> Result<(), ApiError>;
    async fn delete_profile(&self, profile: ProfileId) -> Result<(), ApiError>;
}

/// Keys of a person's tools.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait ApiKeyBackend: Send + Sync {
    async fn api_keys(&self) -> Result<ApiKeysView, ApiError>;
    async fn create_api_key(&self, name: &str, days: u16) -> Result<(), ApiError>;
    async fn revoke_api_key(&self, key: ApiKeyId) -> Result<(), ApiError>;
}

/// A person's data.
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait DataBackend: Send + Sync {
    async fn imported(&self) -> Result<Option<Import>, ApiError>;
    async fn delete_account(&self, confirmation: &str, password: Zeroizing<String>) -> Result<(), ApiError>;
}

/// The backend of this request, which the router provides as a context.
pub fn backend() -> Result<Arc<dyn Backend>, ApiError> {
    use_context::<Arc<dyn Backend>>().ok_or(ApiError::Unavailable)
}
