//! Sets the HTTP status of errors, because Leptos answers every error of a server function with 500.

use app::api::ApiError;
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;

/// Larger than any error.
const MAX_ERROR: usize = 64 * 1024;

/// Reads the error in an answer and sets its status.
pub(super) async fn of_error(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    // A form posted without JavaScript is redirected to its page, which is no error.
    let untold = response.status() == StatusCode::INTERNAL_SERVER_ERROR;
    if !untold || !response.headers().contains_key(SERVER_FN_ERROR_HEADER) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, MAX_ERROR).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if let Ok(error) = serde_json::from_slice(&body) {
        parts.status = of(&error);
    }
    Response::from_parts(parts, Body::from(body))
}

/// No wildcard, so that each new error needs a status here.
fn of(error: &ApiError) -> StatusCode {
    match error {
        // 401 would require an authentication scheme (RFC 9110 §15.5.2), and browsers would ask for credentials.
        ApiError::SignedOut
        | ApiError::WrongCredentials
        | ApiError::AccountDisabled
        | ApiError::WrongPassword
        | ApiError::ConfirmFirst
        | ApiError::WrongSecondFactor
        | ApiError::SecondFactorNeeded
        | ApiError::SignInExpired
        | ApiError::WrongReset
        | ApiError::WrongPasskey
        | ApiError::WrongInvitation
        | ApiError::LocalSignInOff
        | ApiError::SignUpClosed => StatusCode::FORBIDDEN,
        ApiError::NotFound => StatusCode::NOT_FOUND,
        ApiError::TooManyAttempts { .. } => StatusCode::TOO_MANY_REQUESTS,
        ApiError::AddressUnavailable
        | ApiError::AddressTaken
        | ApiError::AliasTaken
        | ApiError::MailboxUnverified
        | ApiError::MailboxVerified
        | ApiError::FirstMailboxUnverified
        | ApiError::ProfileState
        | ApiError::NotExported
        | ApiError::AliasDisabled
        | ApiError::KillSwitch
        | ApiError::TwoFactorState
        | ApiError::NoPasskeys
        | ApiError::SignInMailbox
        | ApiError::LastWayIn
        | ApiError::OwnAccount
        | ApiError::LastAdministrator
        | ApiError::UnsealedMailbox
        | ApiError::TooManyKeys
        | ApiError::LimitReached { .. } => StatusCode::CONFLICT,
        ApiError::InvalidAddress
        | ApiError::InvalidAlias
        | ApiError::NonePicked
        | ApiError::TooManyPicked { .. }
        | ApiError::UnknownDomain
        | ApiError::InvalidName
        | ApiError::OwnAddress
        | ApiError::WeakPassword
        | ApiError::GuessablePassword
        | ApiError::WrongCode { .. }
        | ApiError::CodeExpired
        | ApiError::TooLong
        | ApiError::NotANumber
        | ApiError::NotConfirmed
        | ApiError::Unconfirmed
        | ApiError::Untested
        | ApiError::InvalidKeyName
        | ApiError::InvalidProfileName
        | ApiError::TableHeading
        | ApiError::NoTable
        | ApiError::PgpKey(_)
        | ApiError::Issuance(_) => StatusCode::UNPROCESSABLE_ENTITY,
        ApiError::Transport => StatusCode::BAD_REQUEST,
        ApiError::MailNotSent | ApiError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}
