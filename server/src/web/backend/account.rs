//! Signing up, in and out.

use app::{
    address::EmailAddress,
    api::{
        AccountBackend, ApiError,
        account::{MIN_PASSWORD, RelayInfo, Viewer},
    },
};
use async_trait::async_trait;
use zeroize::Zeroizing;

use super::{
    super::{
        fault::{fault, unless_taken},
        limit::{SIGN_IN_ADDRESS, SIGN_IN_CLIENT, SIGN_UP_CLIENT, place},
        session::{self, LIFETIME, Token},
    },
    RequestBackend, code,
    mailbox::acceptable_address,
};
use crate::store::AccountId;

/// Hashing takes time by length; nobody types more.
const MAX_PASSWORD: usize = 1024;

#[async_trait]
impl AccountBackend for RequestBackend {
    async fn viewer(&self) -> Result<Option<Viewer>, ApiError> {
        let Some(account) = self.visitor.account else {
            return Ok(None);
        };
        let store = &self.site.store;
        let Some(email) = store.account_email(account).await.map_err(fault)? else {
            return Ok(None);
        };
        let mailboxes = store.mailboxes(account).await.map_err(fault)?;
        let unverified = mailboxes.iter().find(|mailbox| !mailbox.verified);
        Ok(Some(Viewer {
            email,
            unverified: unverified.map(|mailbox| mailbox.id),
        }))
    }

    async fn relay_info(&self) -> Result<RelayInfo, ApiError> {
        Ok(RelayInfo {
            domain: self.site.domain.clone(),
            other_domains: self.site.domains.others().to_vec(),
        })
    }

    async fn sign_up(&self, email: &str, password: Zeroizing<String>) -> Result<(), ApiError> {
        let site = &self.site;
        let email = acceptable_address(email, &site.domains)?;
        if !(MIN_PASSWORD..=MAX_PASSWORD).contains(&password.chars().count()) {
            return Err(ApiError::WeakPassword);
        }
        site.admit(&SIGN_UP_CLIENT, &place(self.visitor.ip)).await?;
        let hash = site.0.passwords.hash(password).await?;
        let now = site.clock.now();
        let made = site.store.create_account(&email, hash, now).await;
        let (account, mailbox) = made.map_err(unless_taken(ApiError::AddressUnavailable))?;
        // Before the mail: should it fail, the person is signed in and can ask for another.
        open_session(self, account).await?;
        code::send(site, mailbox, &email).await
    }

    async fn sign_in(&self, email: &str, password: Zeroizing<String>) -> Result<(), ApiError> {
        let site = &self.site;
        site.admit(&SIGN_IN_CLIENT, &place(self.visitor.ip)).await?;
        let email: EmailAddress = email.parse().map_err(|_| ApiError::WrongCredentials)?;
        site.admit(&SIGN_IN_ADDRESS, email.folded().as_bytes()).await?;
        if password.chars().count() > MAX_PASSWORD {
            return Err(ApiError::WrongCredentials);
        }
        let known = site.store.credentials(&email).await.map_err(fault)?;
        let (account, hash) = known.map(|known| (known.account, known.password_hash)).unzip();
        let right = site.0.passwords.verify(password, hash).await?;
        let account = account.filter(|_| right).ok_or(ApiError::WrongCredentials)?;
        site.readmit(&SIGN_IN_ADDRESS, email.folded().as_bytes()).await?;
        open_session(self, account).await
    }

    async fn sign_out(&self) -> Result<(), ApiError> {
        close_session(self).await?;
        self.set_cookie(session::removal(&self.site.public_url));
        Ok(())
    }
}

/// A new token each time: one that somebody planted in the browser is worth nothing afterwards.
async fn open_session(backend: &RequestBackend, account: AccountId) -> Result<(), ApiError> {
    close_session(backend).await?;
    let site = &backend.site;
    let token = Token::random().map_err(fault)?;
    let opened = site
        .store
        .open_session(account, token.hash(), site.clock.now(), LIFETIME)
        .await;
    opened.map_err(fault)?;
    backend.set_cookie(token.cookie(&site.public_url));
    Ok(())
}

async fn close_session(backend: &RequestBackend) -> Result<(), ApiError> {
    match backend.visitor.session {
        Some(session) => backend.site.store.close_session(session).await.map_err(fault),
        None => Ok(()),
    }
}
