//! Defines the account page: passkeys, sessions and the password.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
#[cfg(feature = "ssr")]
use zeroize::Zeroizing;

#[cfg(feature = "ssr")]
use super::{
    backend::backend,
    done::{Done, leads_to},
};
use super::{error::ApiError, passkey::PasskeyView, provider::ProviderLink};
use crate::{address::EmailAddress, id::SessionId};

/// How many minutes sensitive changes are possible after signing in or confirming the password.
pub const CONFIRMED_MINUTES: i64 = 10;

/// The facts and settings that guard an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityView {
    /// The address that the account was created with.
    pub email: EmailAddress,
    /// Whether sensitive changes are possible now, see [`CONFIRMED_MINUTES`].
    pub confirmed: bool,
    /// Whether people can sign in with passwords and passkeys here.
    pub local_sign_in: bool,
    /// Whether the account has a password with which the person can sign in.
    pub has_password: bool,
    /// The link with the sign-in provider, if there is one.
    pub provider: Option<ProviderLink>,
    /// Whether signing in with the password needs a one-time code.
    pub two_factor: bool,
    /// How many recovery codes are left.
    pub recovery_codes: u64,
    /// Its passkeys, oldest first.
    pub passkeys: Vec<PasskeyView>,
    /// Whether passkeys are possible. Browsers require a host name, not an IP address.
    pub passkeys_possible: bool,
    /// Its sessions, the latest used first.
    pub sessions: Vec<SessionView>,
    /// The server's time, which ages are relative to.
    #[serde(with = "time::serde::timestamp")]
    pub now: OffsetDateTime,
}

/// A web session in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// The public name of the session.
    pub id: SessionId,
    /// Browser and system in a few words. It may be empty.
    pub device: String,
    /// When the person signed in.
    #[serde(with = "time::serde::timestamp")]
    pub opened: OffsetDateTime,
    /// When it was last used, with a precision of some minutes.
    #[serde(with = "time::serde::timestamp")]
    pub last_seen: OffsetDateTime,
    /// Whether it is the session of this request.
    pub current: bool,
}

/// The security settings of the account.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait SecurityBackend: Send + Sync {
    async fn security(&self) -> Result<SecurityView, ApiError>;
    async fn confirm_password(&self, password: Zeroizing<String>) -> Result<(), ApiError>;
    async fn change_password(&self, current: Zeroizing<String>, password: Zeroizing<String>) -> Result<(), ApiError>;
    /// Ends a session. Returns whether it was the session of this request.
    async fn end_session(&self, session: &SessionId) -> Result<bool, ApiError>;
    async fn end_other_sessions(&self) -> Result<(), ApiError>;
}

/// Returns the security settings of the account.
#[server(prefix = "/api", endpoint = "security")]
pub async fn security() -> Result<SecurityView, ApiError> {
    backend::<dyn SecurityBackend>()?.security().await
}

/// Confirms who asks. Sensitive changes are possible for [`CONFIRMED_MINUTES`].
#[server(prefix = "/api", endpoint = "confirm_password")]
pub async fn confirm_password(#[server(default)] password: String) -> Result<(), ApiError> {
    backend::<dyn SecurityBackend>()?
        .confirm_password(password.into())
        .await
}

/// Replaces the password and ends all other sessions. Redirects to `/account`.
#[server(prefix = "/api", endpoint = "change_password")]
pub async fn change_password(#[server(default)] current: String, password: String) -> Result<(), ApiError> {
    backend::<dyn SecurityBackend>()?
        .change_password(current.into(), password.into())
        .await?;
    leads_to("/account", Done::PasswordChanged, None);
    Ok(())
}

/// Ends one session. Redirects to `/account`, or to `/` if it is the session of this request.
#[server(prefix = "/api", endpoint = "end_session")]
pub async fn end_session(session: SessionId) -> Result<(), ApiError> {
    match backend::<dyn SecurityBackend>()?.end_session(&session).await? {
        true => leads_to("/", Done::SignedOut, None),
        false => leads_to("/account#sessions-section", Done::SessionEnded, None),
    }
    Ok(())
}

/// Ends all sessions except the one of this request. Redirects to `/account`.
#[server(prefix = "/api", endpoint = "end_other_sessions")]
pub async fn end_other_sessions() -> Result<(), ApiError> {
    backend::<dyn SecurityBackend>()?.end_other_sessions().await?;
    leads_to("/account#sessions-section", Done::OtherSessionsEnded, None);
    Ok(())
}
