//! The backend of the server functions, one file for each area. The rules of the product are here: who owns a thing, what is
//! allowed, what follows. A key is unwrapped here only as long as a call takes, and no answer holds any of it.

mod account;
mod alias;
mod api_key;
mod code;
mod contact;
mod correspondence;
mod data;
mod interface;
mod mailbox;
mod passkey;
mod pgp;
mod probe;
mod profile;
mod recovery;
mod second_factor;
mod security;
mod session;
mod settings;
mod tries;
mod two_factor;

use app::{api::ApiError, id::MailboxId};
use axum::http::{HeaderValue, header::SET_COOKIE};
pub(super) use data::Imported;
use leptos_axum::ResponseOptions;

use super::{Site, fault::fault, visitor::Visitor};
use crate::store::{AccountId, mailbox::Mailbox};

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

    pub(super) fn site(&self) -> &Site {
        &self.site
    }

    pub(super) fn account(&self) -> Result<AccountId, ApiError> {
        self.visitor.account.ok_or(ApiError::SignedOut)
    }

    /// One of the account's mailboxes, which mail may be sealed for.
    async fn verified_mailbox(&self, account: AccountId, mailbox: MailboxId) -> Result<Mailbox, ApiError> {
        let own = self.site.store.mailbox(account, mailbox).await.map_err(fault)?;
        let own = own.ok_or(ApiError::NotFound)?;
        match own.verified {
            true => Ok(own),
            false => Err(ApiError::MailboxUnverified),
        }
    }

    fn set_cookie(&self, cookie: Option<HeaderValue>) {
        if let Some(cookie) = cookie {
            self.response.append_header(SET_COOKIE, cookie);
        }
    }
}

/// A missing row, as a person is told of it.
fn found(exists: bool) -> Result<(), ApiError> {
    match exists {
        true => Ok(()),
        false => Err(ApiError::NotFound),
    }
}
