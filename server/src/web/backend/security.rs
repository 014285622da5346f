//! Changes the password and ends sessions of an account.

use app::{
    api::{
        ApiError,
        security::{SecurityBackend, SecurityView, SessionView},
    },
    id::SessionId,
};
use async_trait::async_trait;
use zeroize::Zeroizing;

use super::{
    super::{
        Site,
        fault::{fault, unless_gone},
    },
    RequestBackend,
    account::parse_password,
    passkey, second_factor,
};
use crate::{config::Switch, store::session::TokenHash};

#[async_trait]
impl SecurityBackend for RequestBackend {
    async fn security(&self) -> Result<SecurityView, ApiError> {
        let (account, current) = self.session()?;
        let site = &self.site;
        let store = &site.store;
        let email = store.account_email(account).await.map_err(fault)?;
        let sessions = store.sessions(account, site.clock.now()).await.map_err(fault)?;
        let sessions = sessions.into_iter().map(|session| SessionView {
            id: session_id(site, session.token),
            device: session.device,
            opened: session.opened,
            last_seen: session.last_seen,
            current: session.token == current,
        });
        Ok(SecurityView {
            email: email.ok_or(ApiError::SignedOut)?,
            confirmed: self.is_confirmed(),
            local_sign_in: self.site.local_sign_in == Switch::On,
            has_password: self.has_usable_password(account).await?,
            provider: self.provider_link(account).await?,
            two_factor: second_factor::is_on(site, account).await?,
            recovery_codes: store.count_recovery_codes(account).await.map_err(fault)?,
            passkeys: passkey::list(site, account).await?,
            passkeys_possible: passkey::relying_party(site).is_ok(),
            sessions: sessions.collect(),
            now: site.clock.now(),
        })
    }

    async fn confirm_password(&self, password: Zeroizing<String>) -> Result<(), ApiError> {
        self.account_by_password(password).await.map(drop)
    }

    async fn change_password(&self, current: Zeroizing<String>, password: Zeroizing<String>) -> Result<(), ApiError> {
        let (_, session) = self.session()?;
        self.require_local_sign_in()?;
        parse_password(&password)?;
        let (account, verified) = self.verify_password(current).await?;
        let email = self.site.store.account_email(account).await.map_err(fault)?;
        let email = email.ok_or(ApiError::SignedOut)?;
        self.site.0.passwords.judge(self.visitor.ip, &password, &email).await?;
        let hash = self.site.0.passwords.hash(self.visitor.ip, password).await?;
        let changed = self.site.store.change_password(account, &verified, hash, session).await;
        changed.map_err(unless_gone(ApiError::WrongPassword))
    }

    async fn end_session(&self, session: &SessionId) -> Result<bool, ApiError> {
        let (account, current) = self.session()?;
        let site = &self.site;
        let open = site.store.sessions(account, site.clock.now()).await.map_err(fault)?;
        let named = open.iter().find(|open| session_id(site, open.token) == *session);
        let named = named.ok_or(ApiError::NotFound)?.token;
        if named == current {
            self.close_session().await?;
            return Ok(true);
        }
        site.store.close_session(named).await.map_err(fault)?;
        Ok(false)
    }

    async fn end_other_sessions(&self) -> Result<(), ApiError> {
        let (account, current) = self.session()?;
        let ended = self.site.store.close_other_sessions(account, current).await;
        ended.map_err(fault)
    }
}

/// A keyed hash, so that pages name sessions without revealing their stored identifiers.
fn session_id(site: &Site, token: TokenHash) -> SessionId {
    SessionId(hex::encode(site.vault.pseudonym("session", &token.0)))
}
