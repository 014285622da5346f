//! What the server functions call, one file for each area. Rules of the product are here: whose it is, what is allowed, what
//! follows. Keys are unwrapped here for as long as a call takes, and nothing of them is answered.

mod account;
mod alias;
mod code;
mod correspondence;
mod mailbox;
mod profile;
mod words;

use app::{
    api::{
        ApiError, Backend,
        account::{MailboxId, MailboxView, RelayInfo, Viewer},
        activity::{ActivityPage, EventId},
        alias::{AliasDetail, AliasId, AliasView},
        profile::{Issuing, ProfileId, ProfileView},
    },
    pki::issuance::{Completion, UserRequest},
};
use async_trait::async_trait;
use axum::http::{HeaderValue, header::SET_COOKIE};
use leptos_axum::ResponseOptions;
use zeroize::Zeroizing;

use super::{Site, visitor::Visitor};
use crate::store::AccountId;

/// The backend of one request.
pub(super) struct RequestBackend {
    site: Site,
    visitor: Visitor,
    response: ResponseOptions,
}

impl RequestBackend {
    pub(super) fn new(site: Site, visitor: Visitor, response: ResponseOptions) -> Self {
        Self {
            site,
            visitor,
            response,
        }
    }

    fn account(&self) -> Result<AccountId, ApiError> {
        self.visitor.account.ok_or(ApiError::SignedOut)
    }

    fn set_cookie(&self, cookie: Option<HeaderValue>) {
        if let Some(cookie) = cookie {
            self.response.append_header(SET_COOKIE, cookie);
        }
    }
}

#[async_trait]
impl Backend for RequestBackend {
    async fn viewer(&self) -> Result<Option<Viewer>, ApiError> {
        account::viewer(self).await
    }
    async fn relay_info(&self) -> Result<RelayInfo, ApiError> {
        Ok(RelayInfo {
            domain: self.site.domain.clone(),
        })
    }
    async fn sign_up(&self, email: &str, password: Zeroizing<String>) -> Result<(), ApiError> {
        account::sign_up(self, email, password).await
    }
    async fn sign_in(&self, email: &str, password: Zeroizing<String>) -> Result<(), ApiError> {
        account::sign_in(self, email, password).await
    }
    async fn sign_out(&self) -> Result<(), ApiError> {
        account::sign_out(self).await
    }

    async fn mailboxes(&self) -> Result<Vec<MailboxView>, ApiError> {
        mailbox::mailboxes(self).await
    }
    async fn add_mailbox(&self, address: &str) -> Result<(), ApiError> {
        mailbox::add_mailbox(self, address).await
    }
    async fn verify_mailbox(&self, mailbox: MailboxId, code: &str) -> Result<(), ApiError> {
        mailbox::verify_mailbox(self, mailbox, code).await
    }
    async fn resend_code(&self, mailbox: MailboxId) -> Result<(), ApiError> {
        mailbox::resend_code(self, mailbox).await
    }
    async fn set_kill_switch(&self, mailbox: MailboxId, on: bool) -> Result<(), ApiError> {
        mailbox::set_kill_switch(self, mailbox, on).await
    }
    async fn set_encrypted_replies_only(&self, mailbox: MailboxId, on: bool) -> Result<(), ApiError> {
        mailbox::set_encrypted_replies_only(self, mailbox, on).await
    }

    async fn aliases(&self) -> Result<Vec<AliasView>, ApiError> {
        alias::aliases(self).await
    }
    async fn suggest_alias(&self) -> Result<String, ApiError> {
        alias::suggest_alias(self).await
    }
    async fn create_alias(&self, local: &str, label: &str, mailbox: MailboxId) -> Result<(), ApiError> {
        alias::create_alias(self, local, label, mailbox).await
    }
    async fn set_alias_enabled(&self, alias: AliasId, enabled: bool) -> Result<(), ApiError> {
        alias::set_alias_enabled(self, alias, enabled).await
    }
    async fn delete_alias(&self, alias: AliasId) -> Result<(), ApiError> {
        alias::delete_alias(self, alias).await
    }

    async fn alias(&self, alias: AliasId) -> Result<AliasDetail, ApiError> {
        correspondence::alias(self, alias).await
    }
    async fn set_alias_name(&self, alias: AliasId, name: &str) -> Result<(), ApiError> {
        correspondence::set_alias_name(self, alias, name).await
    }
    async fn start_thread(&self, alias: AliasId, recipient: &str) -> Result<(), ApiError> {
        correspondence::start_thread(self, alias, recipient).await
    }
    async fn activity(&self, alias: AliasId, before: Option<EventId>) -> Result<ActivityPage, ApiError> {
        correspondence::activity(self, alias, before).await
    }
    async fn set_record_activity(&self, alias: AliasId, on: bool) -> Result<(), ApiError> {
        correspondence::set_record_activity(self, alias, on).await
    }

    async fn request_certificate(&self, mailbox: MailboxId, request: UserRequest) -> Result<Issuing, ApiError> {
        profile::request_certificate(self, mailbox, request).await
    }
    async fn complete_profile(&self, profile: ProfileId, completion: Completion) -> Result<(), ApiError> {
        profile::complete_profile(self, profile, completion).await
    }
    async fn profile(&self, profile: ProfileId) -> Result<ProfileView, ApiError> {
        profile::profile(self, profile).await
    }
    async fn activate_profile(&self, profile: ProfileId) -> Result<(), ApiError> {
        profile::activate_profile(self, profile).await
    }
    async fn deactivate_profile(&self, profile: ProfileId) -> Result<(), ApiError> {
        profile::deactivate_profile(self, profile).await
    }
    async fn delete_profile(&self, profile: ProfileId) -> Result<(), ApiError> {
        profile::delete_profile(self, profile).await
    }
}

/// A missing row, as a person is told of it.
fn found(exists: bool) -> Result<(), ApiError> {
    match exists {
        true => Ok(()),
        false => Err(ApiError::NotFound),
    }
}
