//! Turns an alias off with one click (RFC 8058).
//!
//! Mail clients and providers send the POST without cookies and from anywhere. Only the token in the path counts.

use app::api::{ApiError, unsubscribe::UnsubscribeBackend};
use async_trait::async_trait;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};

use super::{Site, backend::RequestBackend, fault::log};
use crate::{store::StoreError, unsubscribe};

/// The prefix of the paths for such a POST.
pub(super) const PATH: &str = "/u/";

/// `POST /u/{token}` always gives the same answer, or 404 if the token is invalid.
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

/// For the page that people see.
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

/// Turns the token's alias off. Returns `false` if the token is invalid. A deleted alias counts as off.
async fn turn_off(site: &Site, token: &str) -> Result<bool, StoreError> {
    let Some(alias) = unsubscribe::alias_of_token(&site.vault, token) else {
        return Ok(false);
    };
    site.store.unsubscribe(alias, site.clock.now()).await?;
    Ok(true)
}
