//! Reads and changes the settings of a profile.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::prelude::*;

use super::error::ApiError;
#[cfg(feature = "ssr")]
use super::{
    backend::backend,
    done::{Done, leads_to},
    paths,
};
use crate::{
    id::ProfileId,
    profile::{Cipher, Settings},
};

/// Settings of profiles.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait SettingsBackend: Send + Sync {
    async fn profile_settings(&self, profile: ProfileId) -> Result<Settings, ApiError>;
    async fn set_profile_settings(
        &self,
        profile: ProfileId,
        settings: Settings,
        confirmed: bool,
    ) -> Result<(), ApiError>;
}

/// Returns the settings of a profile.
#[server(prefix = "/api", endpoint = "profile_settings")]
pub async fn profile_settings(profile: ProfileId) -> Result<Settings, ApiError> {
    backend::<dyn SettingsBackend>()?.profile_settings(profile).await
}

/// Changes the settings from the next message on. [`Cipher::Modern`] needs `confirmed`, which says that the person's
/// mail apps read it. Otherwise returns [`ApiError::Unconfirmed`]. Redirects to the profile's page.
#[server(prefix = "/api", endpoint = "set_profile_settings")]
pub async fn set_profile_settings(
    profile: ProfileId,
    #[server(default)] hide_subject: bool,
    #[server(default)] hide_sender: bool,
    #[server(default)] cipher: Cipher,
    #[server(default)] confirmed: bool,
) -> Result<(), ApiError> {
    let settings = Settings {
        hidden: crate::profile::Hidden {
            subject: hide_subject,
            sender: hide_sender,
        },
        cipher,
    };
    backend::<dyn SettingsBackend>()?
        .set_profile_settings(profile, settings, confirmed)
        .await?;
    leads_to(&paths::profile(profile), Done::Saved, None);
    Ok(())
}
