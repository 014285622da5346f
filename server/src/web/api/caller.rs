//! Authenticates a call by the API key in its header.

use app::api::ApiError;
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header::AUTHORIZATION, request::Parts},
};
use leptos_axum::ResponseOptions;

use super::{
    super::{
        Site, backend::RequestBackend, device::Device, fault::fault, known_device::KnownDevice, limit::API_KEY_CLIENT,
        proxies, session::Token, visitor::Visitor,
    },
    answer::Declined,
};
use crate::network::client_key;

/// The prefix of every key, so that people and scanners for leaked secrets recognise it.
pub(in crate::web) const PREFIX: &str = "sealpost_";

/// Reads the key from a request of addy.io's clients (RFC 6750 §2.1) or SimpleLogin's clients.
pub(super) fn key(headers: &HeaderMap) -> Option<Token> {
    let field = |name: &str| headers.get(name)?.to_str().ok();
    let bearer = field(AUTHORIZATION.as_str()).and_then(|value| {
        let (scheme, key) = value.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    });
    let key = bearer.or_else(|| field("authentication").map(str::trim))?;
    key.starts_with(PREFIX).then(|| Token::from_text(key))
}

/// The backend for the key's account.
pub(super) struct Caller(pub RequestBackend);

impl FromRequestParts<Site> for Caller {
    type Rejection = Declined;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Declined> {
        let peer = parts
            .extensions
            .get()
            .map(|ConnectInfo::<std::net::SocketAddr>(peer)| peer.ip());
        let peer = peer.unwrap_or(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED));
        let ip = proxies::client(&site.trusted_proxies, peer, &parts.headers);
        let account = match key(&parts.headers) {
            Some(key) => site.store.account_of_api_key(key.hash(), site.clock.now()).await,
            None => Ok(None),
        };
        let Some(account) = account.map_err(fault)? else {
            // Nobody guesses 256 bits, but guesses must not keep the database busy.
            site.admit(&API_KEY_CLIENT, &client_key(ip)).await?;
            return Err(ApiError::SignedOut.into());
        };
        let visitor = Visitor {
            account: Some(account),
            session: None,
            proved: None,
            half: None,
            device: Device::default(),
            known: KnownDevice::default(),
            ip,
        };
        Ok(Self(RequestBackend::new(
            site.clone(),
            visitor,
            ResponseOptions::default(),
        )))
    }
}
