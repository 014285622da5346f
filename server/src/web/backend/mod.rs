//! What the server functions call, one file for each area. Rules of the product are here: whose it is, what is allowed, what
//! follows. Keys are unwrapped here for as long as a call takes, and nothing of them is answered.

mod account;
mod alias;
mod api_key;
mod code;
mod correspondence;
mod data;
mod mailbox;
mod profile;
mod words;

use app::api::ApiError;
use axum::http::{HeaderValue, header::SET_COOKIE};
pub(super) use data::Imported;
use leptos_axum::ResponseOptions;

use super::{Site, visitor::Visitor};
use crate::store::AccountId;

/// The backend of one request.
pub(super) struct RequestBackend {
    site: Site,
    visitor: Visitor,
    response: ResponseOptions,
}

impl RequestBackend {
    pub(super) fn new(site: Site, visitor: Visitor, response: ResponseOptions) -> Self {
        Self {
            site,
            visitor,
            response,
        }
    }

    fn account(&self) -> Result<AccountId, ApiError> {
        self.visitor.account.ok_or(ApiError::SignedOut)
    }

    fn set_cookie(&self, cookie: Option<HeaderValue>) {
        if let Some(cookie) = cookie {
            self.response.append_header(SET_COOKIE, cookie);
        }
    }
}

/// A missing row, as a person is told of it.
fn found(exists: bool) -> Result<(), ApiError> {
    match exists {
        true => Ok(()),
        false => Err(ApiError::NotFound),
    }
}
