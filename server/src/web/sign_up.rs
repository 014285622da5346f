//! Finds out who can sign up: as administrators have decided while the relay runs, or as the settings file says.

use app::api::{ApiError, account::SignUpMode};

use super::{Site, fault::fault};

impl Site {
    /// Returns who can sign up now.
    pub(super) async fn sign_up_mode(&self) -> Result<SignUpMode, ApiError> {
        let live = self.store.live_settings().await.map_err(fault)?;
        Ok(live.sign_up.unwrap_or(self.sign_up))
    }
}
