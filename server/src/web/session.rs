//! The session cookie: a random token of 256 bits, of which the server keeps only a hash.

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use time::Duration;
use zeroize::Zeroizing;

use super::PublicUrl;
use crate::store::session::TokenHash;

/// A session ends this long after it was last used.
pub const LIFETIME: Duration = Duration::days(30);

/// A session's token, as the cookie holds it.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

impl Token {
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice())?;
        Ok(Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()))))
    }

    /// The token of a request, if it carries one.
    pub fn of(headers: &HeaderMap, public_url: &PublicUrl) -> Option<Self> {
        let name = cookie_name(public_url);
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|field| field.to_str().ok())
            .flat_map(|field| field.split(';'))
            .find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='))
            .map(|value| Self(Zeroizing::new(value.to_owned())))
    }

    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// The `Set-Cookie` value that keeps the token, from now on.
    pub fn cookie(&self, public_url: &PublicUrl) -> Option<HeaderValue> {
        cookie(&self.0, LIFETIME, public_url)
    }
}

/// The `Set-Cookie` value that removes the token.
pub fn removal(public_url: &PublicUrl) -> Option<HeaderValue> {
    cookie("", Duration::ZERO, public_url)
}

fn cookie(value: &str, lifetime: Duration, public_url: &PublicUrl) -> Option<HeaderValue> {
    let name = cookie_name(public_url);
    let secure = if public_url.is_https() { "; Secure" } else { "" };
    let seconds = lifetime.whole_seconds();
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The prefix makes a browser take the cookie only from this very host, over TLS (RFC 6265bis §4.1.3.2).
fn cookie_name(public_url: &PublicUrl) -> &'static str {
    match public_url.is_https() {
        true => "__Host-sealpost_session",
        false => "sealpost_session",
    }
}
