//! Opens and ends sessions, and confirms the password before sensitive changes.

use app::api::{ApiError, security::CONFIRMED_MINUTES};
use time::Duration;
use zeroize::Zeroizing;

use super::{
    super::{
        fault::{fault, unless_gone},
        limit::PASSWORD,
        session::{Cookie, HALF_LIFETIME, LIFETIME, Token},
    },
    RequestBackend,
    account::MAX_PASSWORD,
};
use crate::{
    clock::is_within,
    config::Switch,
    store::{
        AccountId,
        session::{Grounds, TokenHash},
    },
};

/// How often a second factor may be tried before the password is required again.
const TRIES: u32 = 5;

impl RequestBackend {
    /// Opens a session with a new token, so that a token that somebody planted in the browser is worthless.
    pub(super) async fn open_session(&self, account: AccountId, grounds: Grounds) -> Result<(), ApiError> {
        let site = &self.site;
        let token = Token::random().map_err(fault)?;
        let (hash, now) = (token.hash(), site.clock.now());
        let opened = site.store.open_session(account, &grounds, hash, now, LIFETIME).await;
        opened.map_err(unless_gone(match grounds {
            Grounds::Password(_) => ApiError::WrongCredentials,
            Grounds::Half(_) | Grounds::Provider { .. } => ApiError::SignInExpired,
            Grounds::Passkey(_) => ApiError::WrongPasskey,
        }))?;
        self.end_what_is_open().await?;
        let device = self.visitor.device.to_string();
        site.store.describe_session(hash, &device).await.map_err(fault)?;
        self.set_cookie(token.cookie(Cookie::Session, &site.public_url));
        self.remember_device(account)
    }

    /// Adds this device to the account's known devices, see [`super::super::known_device`].
    pub(super) fn remember_device(&self, account: AccountId) -> Result<(), ApiError> {
        let site = &self.site;
        let now = site.clock.now();
        let cookie = self.visitor.known.remember(&site.vault, account, now, &site.public_url);
        self.set_cookie(cookie.map_err(fault)?);
        Ok(())
    }

    /// Opens the half session of an account that needs a second factor, after the right password.
    pub(super) async fn open_half_session(&self, account: AccountId, verified: &str) -> Result<(), ApiError> {
        let site = &self.site;
        let token = Token::random().map_err(fault)?;
        let expires = site.clock.now() + HALF_LIFETIME;
        let opened = site
            .store
            .open_half_session(account, verified, token.hash(), TRIES, expires)
            .await;
        opened.map_err(unless_gone(ApiError::WrongCredentials))?;
        self.end_what_is_open().await?;
        self.set_cookie(Cookie::Session.removal(&site.public_url));
        self.set_cookie(token.cookie(Cookie::Half, &site.public_url));
        Ok(())
    }

    /// Ends the session and deletes the cookies.
    pub(super) async fn close_session(&self) -> Result<(), ApiError> {
        self.end_what_is_open().await?;
        self.set_cookie(Cookie::Session.removal(&self.site.public_url));
        Ok(())
    }

    /// Returns the account and the session of the request.
    pub(super) fn session(&self) -> Result<(AccountId, TokenHash), ApiError> {
        let (account, session) = (self.visitor.account, self.visitor.session);
        account.zip(session).ok_or(ApiError::SignedOut)
    }

    /// Whether the person signed in, or entered the password again, in the last minutes.
    pub(super) fn is_confirmed(&self) -> bool {
        let (now, age) = (self.site.clock.now(), Duration::minutes(CONFIRMED_MINUTES));
        self.visitor.proved.is_some_and(|proved| is_within(proved, age, now))
    }

    /// Returns the account for a sensitive change, or [`ApiError::ConfirmFirst`] unless [`Self::is_confirmed`].
    pub(in crate::web) fn require_confirmed_account(&self) -> Result<AccountId, ApiError> {
        let account = self.account()?;
        match self.is_confirmed() {
            true => Ok(account),
            false => Err(ApiError::ConfirmFirst),
        }
    }

    /// Returns the account for a change that needs the password, or [`ApiError::WrongPassword`]. From then on the
    /// session is confirmed.
    pub(super) async fn account_by_password(&self, password: Zeroizing<String>) -> Result<AccountId, ApiError> {
        self.verify_password(password).await.map(|(account, _)| account)
    }

    /// Does the same and returns the verified hash. The change must happen under that password. Without a password that can be
    /// used, the person must have confirmed in another way that it is them: at the provider, or with a passkey.
    pub(super) async fn verify_password(&self, password: Zeroizing<String>) -> Result<(AccountId, String), ApiError> {
        let (account, session) = self.session()?;
        let site = &self.site;
        if !self.has_usable_password(account).await? {
            self.require_confirmed_account()?;
            let hash = site.store.password_hash(account).await.map_err(fault)?;
            return Ok((account, hash.ok_or(ApiError::SignedOut)?));
        }
        let who = account.0.to_be_bytes();
        site.admit(&PASSWORD, &who).await?;
        if password.chars().count() > MAX_PASSWORD {
            return Err(ApiError::WrongPassword);
        }
        let hash = site.store.password_hash(account).await.map_err(fault)?;
        if !site.0.passwords.verify(self.visitor.ip, password, hash.clone()).await? {
            return Err(ApiError::WrongPassword);
        }
        let hash = hash.ok_or(ApiError::WrongPassword)?;
        site.readmit(&PASSWORD, &who).await?;
        let now = site.clock.now();
        site.store.prove_session(session, now).await.map_err(fault)?;
        Ok((account, hash))
    }

    /// Returns [`ApiError::LocalSignInOff`] unless people can sign in with passwords and passkeys here.
    pub(super) fn require_local_sign_in(&self) -> Result<(), ApiError> {
        match self.site.local_sign_in {
            Switch::On => Ok(()),
            Switch::Off => Err(ApiError::LocalSignInOff),
        }
    }

    /// Whether the account's person can confirm with a password.
    pub(super) async fn has_usable_password(&self, account: AccountId) -> Result<bool, ApiError> {
        let on = self.site.local_sign_in == Switch::On;
        Ok(on && self.site.store.has_password(account).await.map_err(fault)?)
    }

    async fn end_what_is_open(&self) -> Result<(), ApiError> {
        let store = &self.site.store;
        if let Some(session) = self.visitor.session {
            store.close_session(session).await.map_err(fault)?;
        }
        if let Some(half) = self.visitor.half {
            store.close_half_session(half).await.map_err(fault)?;
            self.set_cookie(Cookie::Half.removal(&self.site.public_url));
        }
        Ok(())
    }
}
