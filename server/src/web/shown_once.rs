//! Something that a person is shown once, after the form that made it: a cookie carries it to the page that the form leads
//! to, which reads it and takes it away. So it is neither in an address nor kept here.

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use zeroize::Zeroizing;

use super::PublicUrl;

/// Long enough for a slow connection to follow the redirect.
const SECONDS: u32 = 60;

/// The `Set-Cookie` value that carries `text`, which consists of letters, digits, `-` and `_`.
pub fn carry(text: &str, public_url: &PublicUrl) -> Option<HeaderValue> {
    cookie(text, SECONDS, public_url)
}

/// The `Set-Cookie` value that takes it away.
pub fn removal(public_url: &PublicUrl) -> Option<HeaderValue> {
    cookie("", 0, public_url)
}

/// What a request carries.
pub fn carried(headers: &HeaderMap, public_url: &PublicUrl) -> Option<Zeroizing<String>> {
    let name = name(public_url);
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='))
        .filter(|value| !value.is_empty())
        .map(|value| Zeroizing::new(value.to_owned()))
}

fn cookie(value: &str, seconds: u32, public_url: &PublicUrl) -> Option<HeaderValue> {
    let name = name(public_url);
    let secure = if public_url.is_https() { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn name(public_url: &PublicUrl) -> &'static str {
    match public_url.is_https() {
        true => "__Host-sealpost_once",
        false => "sealpost_once",
    }
}
