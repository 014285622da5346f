//! Who calls: the account of the key in the header.

use app::api::ApiError;
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header::AUTHORIZATION, request::Parts},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use leptos_axum::ResponseOptions;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{
    super::{Site, backend::RequestBackend, fault::fault, limit::API_KEY_CLIENT, limit::place, visitor::Visitor},
    answer::Declined,
};
use crate::store::session::TokenHash;

/// What a key begins with, so that people and scanners of leaked secrets know it.
const PREFIX: &str = "sealpost_";

/// A key: 256 random bits.
pub(in crate::web) struct Key(Zeroizing<String>);

impl Key {
    /// A new one.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice())?;
        let text = Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()));
        Ok(Self(Zeroizing::new(format!("{PREFIX}{}", *text))))
    }

    /// What stands in the header field.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What is stored.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// As addy.io's clients send it (RFC 6750 §2.1), or as SimpleLogin's do.
    fn of(headers: &HeaderMap) -> Option<Self> {
        let field = |name: &str| headers.get(name)?.to_str().ok();
        let bearer = field(AUTHORIZATION.as_str()).and_then(|value| {
            let (scheme, key) = value.trim().split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
        });
        let key = bearer.or_else(|| field("authentication").map(str::trim))?;
        key.starts_with(PREFIX).then(|| Self(Zeroizing::new(key.to_owned())))
    }
}

/// The backend, as the key's account.
pub(super) struct Caller(pub RequestBackend);

impl FromRequestParts<Site> for Caller {
    type Rejection = Declined;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Declined> {
        let peer = parts
            .extensions
            .get()
            .map(|ConnectInfo::<std::net::SocketAddr>(peer)| peer.ip());
        let peer = peer.unwrap_or(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED));
        let ip = site.trusted_proxies.client(peer, &parts.headers);
        let account = match Key::of(&parts.headers) {
            Some(key) => site.store.account_of_api_key(key.hash(), site.clock.now()).await,
            None => Ok(None),
        };
        let Some(account) = account.map_err(fault)? else {
            // Nobody finds 256 bits; but whoever tries shall not keep the database busy.
            site.admit(&API_KEY_CLIENT, &place(ip)).await?;
            return Err(ApiError::SignedOut.into());
        };
        let visitor = Visitor {
            account: Some(account),
            session: None,
            ip,
        };
        Ok(Self(RequestBackend::new(
            site.clone(),
            visitor,
            ResponseOptions::default(),
        )))
    }
}
