//! The session cookie: a random token of 256 bits, of which the server keeps only a hash; and the like of it for half a
//! session, while a second factor is awaited.

use ::cookie::{Cookie as HttpCookie, SameSite};
use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use time::Duration;
use zeroize::Zeroizing;

use crate::{config::PublicUrl, store::session::TokenHash};

/// A device is forgotten this long after the last time that somebody signed in on it.
pub const DEVICE_LIFETIME: Duration = Duration::days(180);
/// A session ends this long after it was last used.
pub const LIFETIME: Duration = Duration::days(30);

/// Half a session ends this long after the password was right.
pub const HALF_LIFETIME: Duration = Duration::minutes(5);

/// Which cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The session's.
    Session,
    /// The half session's.
    Half,
    /// Accounts that the device is known to, see [`super::known_device`].
    Device,
    /// A secret that a page shows once. The form before the page made it; it is neither in an address nor kept here.
    Once,
    /// A form that was declined, see [`super::kept_form`].
    Form,
    /// A trip to the sign-in provider and back, see [`super::provider`].
    Trip,
}

/// A trip to the sign-in provider lasts so long: signing in there may take a second factor.
pub const TRIP_LIFETIME: Duration = Duration::minutes(15);

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
    pub fn of(headers: &HeaderMap, which: Cookie, public_url: &PublicUrl) -> Option<Self> {
        cookie(headers, which.name(public_url)).map(Self::from_text)
    }

    /// As somebody gave it.
    pub fn from_text(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The same with something before it, by which people know what it is.
    pub fn with_prefix(&self, prefix: &str) -> Self {
        Self(Zeroizing::new([prefix, &self.0].concat()))
    }

    /// As it is given to somebody.
    pub fn text(&self) -> &str {
        &self.0
    }

    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// The `Set-Cookie` value that keeps the token, from now on.
    pub fn cookie(&self, which: Cookie, public_url: &PublicUrl) -> Option<HeaderValue> {
        which.field(&self.0, which.lifetime(), public_url)
    }
}

/// The value of the first cookie of a name.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|field| field.to_str().ok())
        .flat_map(HttpCookie::split_parse)
        .find_map(|cookie| cookie.ok().filter(|cookie| cookie.name() == name)?.value_raw())
}

/// The `Set-Cookie` value (RFC 6265 §4.1) that keeps a cookie for so long, out of the reach of scripts and other sites.
pub fn set_cookie(name: &str, value: &str, lifetime: Duration, public_url: &PublicUrl) -> Option<HeaderValue> {
    let cookie = HttpCookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(lifetime)
        .secure(public_url.is_https());
    HeaderValue::try_from(cookie.to_string()).ok()
}

impl Cookie {
    /// The `Set-Cookie` value that removes the token.
    pub fn removal(self, public_url: &PublicUrl) -> Option<HeaderValue> {
        self.field("", Duration::ZERO, public_url)
    }

    /// The `Set-Cookie` value of any value.
    pub(super) fn field(self, value: &str, lifetime: Duration, public_url: &PublicUrl) -> Option<HeaderValue> {
        let mut value = set_cookie(self.name(public_url), value, lifetime, public_url)?;
        value.set_sensitive(true);
        Some(value)
    }

    pub(super) fn lifetime(self) -> Duration {
        match self {
            Self::Session => LIFETIME,
            Self::Half => HALF_LIFETIME,
            Self::Device => DEVICE_LIFETIME,
            // Long enough for a slow connection to follow the redirect.
            Self::Once | Self::Form => Duration::minutes(1),
            Self::Trip => TRIP_LIFETIME,
        }
    }

    /// Its name. The prefix makes a browser take the cookie only from this very host, over TLS (RFC 6265bis §4.1.3.2).
    pub(super) fn name(self, public_url: &PublicUrl) -> &'static str {
        match (self, public_url.is_https()) {
            (Self::Session, true) => "__Host-sealpost_session",
            (Self::Session, false) => "sealpost_session",
            (Self::Half, true) => "__Host-sealpost_half",
            (Self::Half, false) => "sealpost_half",
            (Self::Device, true) => "__Host-sealpost_device",
            (Self::Device, false) => "sealpost_device",
            (Self::Once, true) => "__Host-sealpost_once",
            (Self::Once, false) => "sealpost_once",
            (Self::Form, true) => "__Host-sealpost_form",
            (Self::Form, false) => "sealpost_form",
            (Self::Trip, true) => "__Host-sealpost_trip",
            (Self::Trip, false) => "sealpost_trip",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_cookie_of_just_that_name_is_read() {
        let mut headers = HeaderMap::new();
        headers.append(
            COOKIE,
            HeaderValue::from_static("no pair; aa=1;a_=2 ; b=a=3; a=x=\"%20\"; a=5"),
        );
        headers.append(COOKIE, HeaderValue::from_static("a=6; c=; d= 7 "));
        assert_eq!(cookie(&headers, "a"), Some("x=\"%20\""));
        assert_eq!(cookie(&headers, "c"), Some(""));
        assert_eq!(cookie(&headers, "d"), Some("7"));
        assert_eq!(cookie(&headers, "A"), None);
        assert_eq!(cookie(&headers, "no pair"), None);
    }
}
