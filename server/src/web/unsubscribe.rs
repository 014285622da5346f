//! Unsubscribing with one click (RFC 8058): a POST by a mail client or its provider, without cookies and from anywhere. The
//! token in the address is all that counts.

use app::api::{ApiError, unsubscribe::UnsubscribeBackend};
use async_trait::async_trait;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};

use super::{Site, backend::RequestBackend, fault::log};
use crate::{store::StoreError, unsubscribe};

/// First characters of the paths that such a POST may go to.
pub(super) const PATH: &str = "/u/";

/// `POST /u/{token}`; the same answer however often, and 404 for what is no token.
pub(super) async fn one_click(State(site): State<Site>, Path(token): Path<String>) -> (StatusCode, &'static str) {
    match turn_off(&site, &token).await {
        Ok(true) => (StatusCode::OK, "The alias is off.\n"),
        Ok(false) => (StatusCode::NOT_FOUND, "This does not exist.\n"),
        Err(error) => {
            log(&error);
            (StatusCode::SERVICE_UNAVAILABLE, "Please try again later.\n")
        }
    }
}

/// For the page that a person sees.
#[async_trait]
impl UnsubscribeBackend for RequestBackend {
    async fn unsubscribe(&self, token: &str) -> Result<(), ApiError> {
        match turn_off(self.site(), token).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(ApiError::NotFound),
            Err(error) => Err(super::fault::fault(error)),
        }
    }
}

/// `false` if the token is none. An alias that is gone, or off, is off.
async fn turn_off(site: &Site, token: &str) -> Result<bool, StoreError> {
    let Some(alias) = unsubscribe::alias_of_token(&site.vault, token) else {
        return Ok(false);
    };
    site.store.unsubscribe(alias, site.clock.now()).await?;
    Ok(true)
}
