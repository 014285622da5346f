//! Implements the server functions of the pages, one file for each area.
//!
//! Checks ownership and permissions first. A key is unwrapped only while a call needs it, and no answer holds any of
//! it.
//!
//! - **Signing in.** If an account has two factors, the right password opens a half session. It is a cookie with its
//!   own name that lasts five minutes and opens only the second step. Signing in always ends an existing session. Each
//!   second factor works once (`UPDATE … WHERE last_step < ?`, `DELETE` of a keyed hash).
//! - **Secrets shown once, without JavaScript.** Recovery codes come from a seed that is wrapped in the database until
//!   the person confirms that they are written down. Only then do their hashes come into force, and the seed is
//!   deleted. The secret of one-time codes works the same way until its first code.
//! - **Forgotten password.** The code goes to the mailbox that the account signs in with. It cannot be deleted. No
//!   other mailbox proves anything, because a stolen session is enough to add one. One transaction uses the code,
//!   replaces the password and deletes every other way in (sessions, passkeys, recovery codes, API keys, drafts, the link with the provider).
//!   Two-factor authentication stays.
//! - **Signing up** creates an account that only claims its address (`store::claim`). The code is stored before the
//!   answer and mailed after it. So signing up looks the same for every address, and nobody can keep an address from
//!   its owner. Accounts that verify nothing within a day are deleted. A mistyped address can be corrected before
//!   verification, by a new row that replaces the old one.
//! - **No answer reveals whether an address has an account.** Limits count by the typed address, mail is written after
//!   the answer, and the database gets the same query for a missing account.
//! - **Passkeys** require user verification, so that one stands for both factors. A challenge is stored as a hash and
//!   works once, for five minutes, for one purpose and one account.
//! - **A provider of the operator's** ([`provider`]). Issuer and subject name an account. An address that the provider has
//!   verified links an account once. The provider is responsible for a second factor. An account without a password
//!   confirms sensitive steps by signing in there again.
//! - **Activating a profile.** `app::profile::KeyEvidence` decides. The evidence is an exported key, the code of a test
//!   message, or a PGP profile. The code alone is sufficient, the others need a confirmation, and without any of them
//!   the profile does not change. `store::activation` is the only way, under the lock of the mailbox. The browser
//!   reports the export, so this protects a person who lost a key. It does not protect an account from somebody who
//!   holds its session.
//! - **Administrators.** Each function of theirs asks for the role itself, and returns to everybody else what an unknown
//!   page returns. Nobody changes the own account there, and each change asks for the role again, so an administrator is left.
//! - **Mailboxes.** The one that an account signs in with cannot be deleted, because a later owner of that address
//!   could take over the account.

mod account;
mod administration;
mod alias;
mod api_key;
mod bulk;
mod checklist;
mod code;
mod contact;
mod correspondence;
mod data;
mod interface;
mod mailbox;
mod passkey;
mod pgp;
mod profile;
mod provider;
pub mod recovery;
mod second_factor;
mod security;
mod session;
mod settings;
mod test_message;
mod told;
mod tries;
mod two_factor;
mod waiting;

use std::sync::PoisonError;

use app::{api::ApiError, id::MailboxId};
use axum::http::{HeaderValue, header::SET_COOKIE, request::Parts};
pub(super) use data::Imported;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
pub(super) use provider::{Arrival, destination as provider_destination};

use super::{
    Site,
    fault::fault,
    session::{Cookie, Token},
    visitor::Visitor,
};
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

    /// Returns one of the account's mailboxes that mail may be encrypted for.
    async fn verified_mailbox(&self, account: AccountId, mailbox: MailboxId) -> Result<Mailbox, ApiError> {
        let own = self.site.store.mailbox(account, mailbox).await.map_err(fault)?;
        let own = own.ok_or(ApiError::NotFound)?;
        match own.verified {
            true => Ok(own),
            false => Err(ApiError::MailboxUnverified),
        }
    }

    /// Returns what follows `prefix` in the secret that the form before this page left to be shown once. It is not shown
    /// again. A secret with another prefix is for another page.
    fn take_once(&self, prefix: &str) -> Option<String> {
        let public_url = &self.site.public_url;
        let parts = use_context::<Parts>()?;
        let token = Token::of(&parts.headers, Cookie::Once, public_url)?;
        let secret = token.text().strip_prefix(prefix)?.to_owned();
        self.set_cookie(Cookie::Once.removal(public_url));
        Some(secret)
    }

    /// Returns the cookies that were set, for an answer that is not Leptos's.
    pub(super) fn cookies(&self) -> Vec<HeaderValue> {
        let parts = self.response.0.read().unwrap_or_else(PoisonError::into_inner);
        parts.headers.get_all(SET_COOKIE).iter().cloned().collect()
    }

    fn set_cookie(&self, cookie: Option<HeaderValue>) {
        if let Some(cookie) = cookie {
            self.response.append_header(SET_COOKIE, cookie);
        }
    }
}

/// Returns the person's error for a missing row.
fn found(exists: bool) -> Result<(), ApiError> {
    match exists {
        true => Ok(()),
        false => Err(ApiError::NotFound),
    }
}
