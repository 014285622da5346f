//! Finds out who can sign up: as administrators have decided while the relay runs, or as the settings file says.

use app::api::{ApiError, account::SignUpMode};

use super::{Site, fault::fault};
use crate::store::live_settings::LiveSettings;

impl Site {
    /// Returns who can sign up now.
    pub(super) async fn sign_up_mode(&self) -> Result<SignUpMode, ApiError> {
        let live = self.store.live_settings().await.map_err(fault)?;
        Ok(self.sign_up_mode_by(&live))
    }

    /// The same by live settings that were read.
    pub(super) fn sign_up_mode_by(&self, live: &LiveSettings) -> SignUpMode {
        live.sign_up.unwrap_or(self.sign_up)
    }

    /// Returns who gets an account of those whom the operator's provider knows. What administrators have decided to be closed is closed.
    pub(super) fn sign_up_mode_at_provider(&self, live: &LiveSettings) -> SignUpMode {
        match &self.provider {
            None => SignUpMode::Closed,
            Some(provider) if provider.signs_up() && live.sign_up != Some(SignUpMode::Closed) => SignUpMode::Open,
            Some(_) => self.sign_up_mode_by(live),
        }
    }
}
