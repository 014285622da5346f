//! Implements the server functions of the pages, one file for each area: who owns a thing, what is allowed, what follows.
//!
//! A key is unwrapped here only as long as a call takes, and no answer holds any of it.
//!
//! - **Signing in.** The right password of an account with two factors opens half a session: a cookie of its own name, five minutes,
//!   which opens nothing but the second step. Signing in, by any means, ends the session that was there. Each second factor is spent once
//!   (`UPDATE … WHERE last_step < ?`, `DELETE` of a keyed hash).
//! - **Shown once without JavaScript.** Recovery codes are drawn from a seed that lies wrapped in the database until the person says
//!   that they are written down; only then are their hashes in force, and the seed is gone. The same for the secret of one-time codes
//!   until its first code.
//! - **Forgotten password.** The code goes to the mailbox that the account signs in with. That one cannot be deleted, and no other
//!   proves anything: a stolen session is enough to add a mailbox. Using the code up, replacing the password and deleting every other
//!   way in (sessions, passkeys, recovery codes, API keys, drafts) is one transaction; two-factor authentication stays.
//! - **Signing up** makes an account that only claims its address (`store::claim`). The code is stored before the answer and mailed
//!   after it. So signing up is the same for every address, and nobody can keep an address from its owner. Accounts that
//!   proved nothing within a day are deleted. A mistyped address is corrected before it is confirmed by a new row in its place.
//! - **No answer tells whether an address has an account**: limits count by the typed address, mail is made after the answer, and a
//!   missing account is asked for in the database like one that is there.
//! - **Passkeys** require user verification, so that one stands for both factors. Challenges are hashed, good once, for five minutes,
//!   one purpose and one account.
//! - **Activating a profile.** `app::profile::KeyEvidence` decides: the key was exported, a test message's code was entered, or
//!   the profile is of PGP. The code alone suffices; the others take a confirmation; without any the profile stays as it is. `store::activation` is
//!   the only door, behind the lock of the mailbox. The export is the browser's word: this guards a person from a lost key, not an
//!   account from whoever holds its session.
//! - **Mailboxes.** The one that an account signs in with cannot be deleted, as whoever gets that address later could take the
//!   account over.

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
