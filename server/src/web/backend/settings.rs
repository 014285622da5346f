//! Reads and changes the settings of a profile.

use app::{
    api::{ApiError, settings::SettingsBackend},
    id::ProfileId,
    profile::{Cipher, Settings},
};
use async_trait::async_trait;

use super::{super::fault::fault, RequestBackend, found};

#[async_trait]
impl SettingsBackend for RequestBackend {
    async fn profile_settings(&self, profile: ProfileId) -> Result<Settings, ApiError> {
        let settings = self.site.store.profile_settings(self.account()?, profile).await;
        settings.map_err(fault)?.ok_or(ApiError::NotFound)
    }

    async fn set_profile_settings(
        &self,
        profile: ProfileId,
        settings: Settings,
        confirmed: bool,
    ) -> Result<(), ApiError> {
        let now = SettingsBackend::profile_settings(self, profile).await?;
        // One confirmation is enough. Saving another setting later does not ask again.
        if settings.cipher == Cipher::Modern && now.cipher != Cipher::Modern && !confirmed {
            return Err(ApiError::Unconfirmed);
        }
        let store = &self.site.store;
        let set = store.set_profile_settings(self.account()?, profile, settings).await;
        found(set.map_err(fault)?)
    }
}
