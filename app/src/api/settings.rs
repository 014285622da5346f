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
#[cfg(feature = "ssr")]
use crate::profile::SettingsChange;
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
    async fn change_profile_settings(&self, profile: ProfileId, change: SettingsChange) -> Result<(), ApiError>;
    async fn set_cipher(&self, profile: ProfileId, cipher: Cipher, confirmed: bool) -> Result<(), ApiError>;
}

/// Returns the settings of a profile.
#[server(prefix = "/api", endpoint = "profile_settings")]
pub async fn profile_settings(profile: ProfileId) -> Result<Settings, ApiError> {
    backend::<dyn SettingsBackend>()?.profile_settings(profile).await
}

/// Hides the subject of later messages, or shows it. Redirects to the profile's page.
#[server(prefix = "/api", endpoint = "set_hide_subject")]
pub async fn set_hide_subject(profile: ProfileId, #[server(default)] on: bool) -> Result<(), ApiError> {
    let change = SettingsChange {
        hide_subject: Some(on),
        ..SettingsChange::default()
    };
    change_settings(
        profile,
        change,
        if on { Done::SubjectHidden } else { Done::SubjectShown },
    )
    .await
}

/// Hides the sender of later messages, or shows it. Redirects to the profile's page.
#[server(prefix = "/api", endpoint = "set_hide_sender")]
pub async fn set_hide_sender(profile: ProfileId, #[server(default)] on: bool) -> Result<(), ApiError> {
    let change = SettingsChange {
        hide_sender: Some(on),
        ..SettingsChange::default()
    };
    change_settings(profile, change, if on { Done::SenderHidden } else { Done::SenderShown }).await
}

/// Sets the encryption of later messages. [`Cipher::Modern`] needs `confirmed`, which says that the person's mail apps
/// read it. Otherwise returns [`ApiError::Unconfirmed`]. Redirects to the profile's page.
#[server(prefix = "/api", endpoint = "set_cipher")]
pub async fn set_cipher(
    profile: ProfileId,
    #[server(default)] cipher: Cipher,
    #[server(default)] confirmed: bool,
) -> Result<(), ApiError> {
    let backend = backend::<dyn SettingsBackend>()?;
    backend.set_cipher(profile, cipher, confirmed).await?;
    leads_to(&settings_of(profile), Done::Saved, None);
    Ok(())
}

#[cfg(feature = "ssr")]
async fn change_settings(profile: ProfileId, change: SettingsChange, done: Done) -> Result<(), ApiError> {
    let backend = backend::<dyn SettingsBackend>()?;
    backend.change_profile_settings(profile, change).await?;
    leads_to(&settings_of(profile), done, Some(profile.0));
    Ok(())
}

#[cfg(feature = "ssr")]
fn settings_of(profile: ProfileId) -> String {
    format!("{}#settings", paths::profile(profile))
}
