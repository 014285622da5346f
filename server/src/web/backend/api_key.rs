//! Lists, creates and revokes API keys.

use app::{
    api::{
        ApiError,
        api_key::{ApiKeyBackend, ApiKeyView, ApiKeysView},
        limits::{MAX_KEY_NAME, MAX_KEYS},
    },
    id::ApiKeyId,
};
use async_trait::async_trait;
use time::Duration;
use zeroize::Zeroizing;

use super::{
    super::{
        api::PREFIX,
        fault::fault,
        session::{Cookie, Token},
    },
    RequestBackend, found,
};
use crate::store::StoreError;

#[async_trait]
impl ApiKeyBackend for RequestBackend {
    async fn api_keys(&self) -> Result<ApiKeysView, ApiError> {
        let public_url = &self.site.public_url;
        let keys = self.site.store.api_keys(self.account()?).await.map_err(fault)?;
        let now = self.site.clock.now();
        let keys = keys.into_iter().map(|key| ApiKeyView {
            ended: key.expires_at.is_some_and(|end| end <= now),
            id: key.id,
            name: key.name,
            created_at: key.created_at,
            last_used_at: key.last_used_at,
            expires_at: key.expires_at,
        });
        Ok(ApiKeysView {
            keys: keys.collect(),
            made: self.take_once(PREFIX).map(|key| [PREFIX, &key].concat()),
            server: public_url.to_string(),
            now,
        })
    }

    async fn create_api_key(&self, name: &str, days: u16, password: Zeroizing<String>) -> Result<(), ApiError> {
        let name = name.trim();
        if name.is_empty() || name.chars().any(char::is_control) || name.chars().count() > MAX_KEY_NAME {
            return Err(ApiError::InvalidKeyName);
        }
        // A key outlives a session, so a stolen session must not be enough to create one.
        let (account, verified) = self.verify_password(password).await?;
        let now = self.site.clock.now();
        let end = (days > 0).then(|| now + Duration::days(days.into()));
        let key = Token::random().map_err(fault)?.with_prefix(PREFIX);
        let added = self
            .site
            .store
            .add_api_key(account, &verified, name, key.hash(), (now, end), MAX_KEYS)
            .await;
        added.map_err(|error| match error {
            StoreError::Taken => ApiError::TooManyKeys,
            StoreError::Gone => ApiError::WrongPassword,
            other => fault(other),
        })?;
        self.set_cookie(key.cookie(Cookie::Once, &self.site.public_url));
        Ok(())
    }

    async fn revoke_api_key(&self, key: ApiKeyId) -> Result<(), ApiError> {
        let revoked = self.site.store.revoke_api_key(self.account()?, key).await;
        found(revoked.map_err(fault)?)
    }
}
