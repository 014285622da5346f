//! Identifies the visitor: the signed-in account, the browser, and the network address that limits are counted by.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, SET_COOKIE, USER_AGENT},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

use time::OffsetDateTime;

use super::{
    Site,
    device::Device,
    fault::log,
    known_device::KnownDevice,
    proxies,
    session::{Cookie, LIFETIME, Token},
};
use crate::store::{AccountId, session::TokenHash};

/// The visitor of one request.
#[derive(Clone, Copy)]
pub struct Visitor {
    /// The signed-in account.
    pub account: Option<AccountId>,
    /// Their session.
    pub session: Option<TokenHash>,
    /// When they last proved who they are in this session.
    pub proved: Option<OffsetDateTime>,
    /// The half session while a second factor is pending. It may have expired.
    pub half: Option<TokenHash>,
    /// The visitor's device.
    pub device: Device,
    /// The accounts that they signed in to on this device before.
    pub known: KnownDevice,
    /// The client's network address.
    pub ip: IpAddr,
}

/// Looks up the session, passes the visitor on, and extends the cookie if the session was extended.
pub(super) async fn recognise(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let token = Token::of(request.headers(), Cookie::Session, &site.public_url);
    let session = match &token {
        Some(token) => site.store.session(token.hash(), site.clock.now(), LIFETIME).await,
        None => Ok(None),
    };
    let session = match session {
        Ok(session) => session,
        Err(error) => {
            log(&error);
            return (StatusCode::SERVICE_UNAVAILABLE, "Please try again later.\n").into_response();
        }
    };
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let ip = proxies::client(&site.trusted_proxies, peer, request.headers());
    let half = Token::of(request.headers(), Cookie::Half, &site.public_url);
    let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    let device = Device::of(agent.unwrap_or_default());
    let visitor = Visitor {
        account: session.map(|session| session.account),
        session: token.as_ref().filter(|_| session.is_some()).map(Token::hash),
        proved: session.map(|session| session.proved),
        half: half.as_ref().map(Token::hash),
        device,
        known: KnownDevice::of(request.headers(), &site.public_url),
        ip,
    };
    request.extensions_mut().insert(visitor);
    let mut response = next.run(request).await;
    let renewed = token.filter(|_| session.is_some_and(|session| session.renewed));
    if let Some(cookie) = renewed.and_then(|token| token.cookie(Cookie::Session, &site.public_url)) {
        // If this request signs in or out, it has set its own cookie.
        response.headers_mut().entry(SET_COOKIE).or_insert(cookie);
    }
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().entry(CACHE_CONTROL).or_insert(no_store);
    response
}
