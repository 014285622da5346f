//! What a person may choose for a profile.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

use leptos::prelude::*;

use super::ApiError;
#[cfg(feature = "ssr")]
use super::done::{Done, leads_to};
use crate::{
    id::ProfileId,
    profile::{Cipher, Settings},
};

/// The settings of a profile.
#[server(prefix = "/api", endpoint = "profile_settings")]
pub async fn profile_settings(profile: ProfileId) -> Result<Settings, ApiError> {
    super::backend()?.profile_settings(profile).await
}

/// Changes them, from the next message on. Whoever chooses [`Cipher::Modern`] confirms that their mail apps read it;
/// [`ApiError::Unconfirmed`] otherwise. Redirects to the profile's page.
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
    super::backend()?
        .set_profile_settings(profile, settings, confirmed)
        .await?;
    leads_to(&page(profile), Done::Saved, None);
    Ok(())
}

/// The profile's page.
#[cfg(feature = "ssr")]
pub(super) fn page(profile: ProfileId) -> String {
    format!("/profiles/{profile}")
}
