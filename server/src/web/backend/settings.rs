//! Reads and changes the settings of a profile.

use app::{
    api::{ApiError, settings::SettingsBackend},
    id::ProfileId,
    profile::{Cipher, Settings, SettingsChange},
};
use async_trait::async_trait;

use super::{super::fault::fault, RequestBackend, found};

#[async_trait]
impl SettingsBackend for RequestBackend {
    async fn profile_settings(&self, profile: ProfileId) -> Result<Settings, ApiError> {
        let settings = self.site.store.profile_settings(self.account()?, profile).await;
        settings.map_err(fault)?.ok_or(ApiError::NotFound)
    }

    async fn change_profile_settings(&self, profile: ProfileId, change: SettingsChange) -> Result<(), ApiError> {
        let store = &self.site.store;
        let set = store.change_profile_settings(self.account()?, profile, change).await;
        found(set.map_err(fault)?)
    }

    async fn set_cipher(&self, profile: ProfileId, cipher: Cipher, confirmed: bool) -> Result<(), ApiError> {
        let now = SettingsBackend::profile_settings(self, profile).await?;
        // One confirmation is enough. Saving the same form again does not ask again.
        if cipher == Cipher::Modern && now.cipher != Cipher::Modern && !confirmed {
            return Err(ApiError::Unconfirmed);
        }
        let change = SettingsChange {
            cipher: Some(cipher),
            ..SettingsChange::default()
        };
        self.change_profile_settings(profile, change).await
    }
}
