//! Signs people up, in and out.

use app::{
    address::EmailAddress,
    api::{
        ApiError,
        account::{AccountBackend, RelayInfo, SignInStep, SignUpMode, Viewer},
        limits::MIN_PASSWORD,
        mailbox::FirstCode,
    },
};
use async_trait::async_trait;
use zeroize::Zeroizing;

use super::{
    super::{
        fault::{fault, log, unless_gone},
        limit::{SIGN_IN_CLIENT, SIGN_UP_CLIENT},
    },
    RequestBackend, code,
    interface::language,
    mailbox::{parse_address, unsealed},
    second_factor,
};

use crate::{
    config::Switch,
    invitation,
    network::client_key,
    store::{AccountId, session::Grounds},
};

/// Stands for a missing account. The database gets the same query for it and finds nothing.
pub(super) const NOBODY: AccountId = AccountId(0);
/// Most octets of a password, because hashing takes time by length and nobody types more.
pub(super) const MAX_PASSWORD: usize = 1024;

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
        let profiles = store.profiles(account).await.map_err(fault)?;
        let now = self.site.clock.now();
        let unsealed = mailboxes.iter().filter_map(|mailbox| unsealed(mailbox, &profiles, now));
        Ok(Some(Viewer {
            email,
            unverified: unverified.map(|mailbox| mailbox.id),
            unsealed: unsealed.collect(),
            administrator: store.is_administrator(account).await.map_err(fault)?,
        }))
    }

    async fn relay_info(&self) -> Result<RelayInfo, ApiError> {
        let live = self.site.store.live_settings().await.map_err(fault)?;
        Ok(RelayInfo {
            domain: self.site.domain.clone(),
            other_domains: self.site.domains.others().to_vec(),
            sign_up: self.site.sign_up_mode_by(&live),
            announcement: live.announcement.clone(),
            local_sign_in: self.site.local_sign_in == Switch::On,
            provider: self.site.provider.as_ref().map(|provider| provider.name().to_owned()),
            provider_sign_up: self.site.sign_up_mode_at_provider(&live),
        })
    }

    async fn sign_up(&self, email: &str, password: Zeroizing<String>, invitation: &str) -> Result<FirstCode, ApiError> {
        let site = &self.site;
        self.require_local_sign_in()?;
        let mode = site.sign_up_mode().await?;
        if mode == SignUpMode::Closed {
            return Err(ApiError::SignUpClosed);
        }
        let email = parse_address(email, &site.domains)?;
        parse_password(&password)?;
        site.admit(&SIGN_UP_CLIENT, &client_key(self.visitor.ip)).await?;
        site.0.passwords.judge(self.visitor.ip, &password, &email).await?;
        let hash = site.0.passwords.hash(self.visitor.ip, password).await?;
        let now = site.clock.now();
        let made = match mode {
            SignUpMode::Open => site.store.create_account(&email, hash.clone(), now).await,
            SignUpMode::Invite | SignUpMode::Closed => {
                let invitation = invitation::hash(invitation);
                site.store
                    .create_invited_account(invitation, &email, hash.clone(), now)
                    .await
            }
        };
        let (account, mailbox) = made.map_err(unless_gone(ApiError::WrongInvitation))?;
        // The session opens before the mail. If a limit stops the mail, the person is signed in and can ask for
        // another.
        self.open_session(account, Grounds::Password(hash)).await?;
        let language = language();
        // Without it the mails are in English. The account is there, and its code must leave.
        if let Err(error) = site.store.set_language(account, language).await {
            log(&error);
        }
        Ok(code::first(site, mailbox, &email, (self.visitor.ip, language)).await)
    }

    async fn sign_in(&self, email: &str, password: Zeroizing<String>) -> Result<SignInStep, ApiError> {
        let site = &self.site;
        self.require_local_sign_in()?;
        let Ok(email) = email.parse::<EmailAddress>() else {
            site.admit(&SIGN_IN_CLIENT, &client_key(self.visitor.ip)).await?;
            return Err(ApiError::WrongCredentials);
        };
        let known = site.store.credentials(&email).await.map_err(fault)?;
        let (account, hash) = known.map(|known| (known.account, known.password_hash)).unzip();
        let tried = self.count_try(email, account.unwrap_or(NOBODY)).await?;
        if password.chars().count() > MAX_PASSWORD {
            return Err(ApiError::WrongCredentials);
        }
        let right = site.0.passwords.verify(self.visitor.ip, password, hash.clone()).await?;
        let Some((account, hash)) = account.zip(hash).filter(|_| right) else {
            self.note_wrong(tried);
            return Err(ApiError::WrongCredentials);
        };
        self.forgive(tried).await?;
        // After the password, so that strangers do not learn of it.
        if site.store.is_account_disabled(account).await.map_err(fault)? {
            return Err(ApiError::AccountDisabled);
        }
        if second_factor::is_on(site, account).await? {
            self.open_half_session(account, &hash).await?;
            return Ok(SignInStep::CodeNeeded);
        }
        self.open_session(account, Grounds::Password(hash)).await?;
        Ok(SignInStep::SignedIn)
    }

    async fn sign_out(&self) -> Result<(), ApiError> {
        self.close_session().await
    }
}

/// Whether a text can be a new password.
pub(super) fn parse_password(password: &str) -> Result<(), ApiError> {
    match (MIN_PASSWORD..=MAX_PASSWORD).contains(&password.chars().count()) {
        true => Ok(()),
        false => Err(ApiError::WeakPassword),
    }
}
