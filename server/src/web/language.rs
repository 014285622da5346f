//! Finds the language of a visitor: the choice in a cookie, or the first one that the browser asks for and the pages speak.

use app::texts::{Language, language};
use axum::http::{HeaderMap, HeaderValue, header::ACCEPT_LANGUAGE};
use time::Duration;

use super::session;
use crate::config::PublicUrl;

/// The name of the cookie. Its value is a language tag (RFC 5646) and no secret.
const COOKIE_NAME: &str = "sealpost_language";

/// Most octets of Accept-Language that are read, from its beginning. A browser sends a handful of tags of at most eleven.
const MAX_HEADER: usize = 1024;

/// Returns the language that a request is answered in.
pub(super) fn of(headers: &HeaderMap) -> Language {
    let chosen = session::cookie(headers, COOKIE_NAME).and_then(language);
    chosen.or_else(|| asked_for(headers)).unwrap_or_default()
}

/// Returns the cookie that keeps a choice.
pub(super) fn cookie(language: Language, public_url: &PublicUrl) -> Option<HeaderValue> {
    // Chrome limits cookies to 400 days (RFC 6265bis §5.5).
    session::set_cookie(COOKIE_NAME, language.as_ref(), Duration::days(400), public_url)
}

/// Reads Accept-Language (RFC 9110 §12.5.4). A region is as good as none: `de-AT` gets `de`.
///
/// The crate `accept-language` sorts by weights that may be no numbers, and panics at that.
fn asked_for(headers: &HeaderMap) -> Option<Language> {
    let asked = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    let spoken = asked.get(..MAX_HEADER).unwrap_or(asked).split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let primary = parts.next()?.split('-').next()?;
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        // Weight 0 is "not acceptable" (§12.4.2).
        let weight = weight.map_or(Some(1.0), |weight| weight.parse::<f32>().ok())?;
        let known = language(&primary.to_ascii_lowercase())?;
        (weight > 0.0 && weight <= 1.0).then_some((known, weight))
    });
    // Of two with the same weight, the first one that was asked for.
    spoken
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map(|(known, _)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_gets_the_first_language_that_the_pages_speak() {
        for (asked, language) in [
            ("", Language::en),
            ("de", Language::de),
            ("DE-at", Language::de),
            ("fr-CH, fr;q=0.9, de;q=0.8, en;q=0.7", Language::de),
            ("de;q=0.3, en-GB", Language::en),
            ("ja", Language::en),
            ("*", Language::en),
            ("d\u{e9}", Language::en),
            (",;q=,,=;", Language::en),
            ("de;q=0, fr", Language::en),
            ("de;q=nan, en;q=0.1", Language::en),
            ("de;q=2", Language::en),
            ("en;q=0.5,de;q=0.5", Language::en),
            (&"de,".repeat(500), Language::de),
            (&"a,a;q=nan,a;q=0.5,".repeat(50), Language::en),
        ] {
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_str(asked) {
                headers.insert(ACCEPT_LANGUAGE, value);
            }
            assert_eq!(of(&headers), language, "{asked}");
        }
    }

    #[test]
    fn a_choice_counts_more_and_an_unknown_one_nothing() {
        for (chosen, language) in [("en", Language::en), ("de", Language::de), ("xx", Language::de)] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("de"));
            let cookie = HeaderValue::from_str(&format!("{COOKIE_NAME}={chosen}"));
            headers.insert(axum::http::header::COOKIE, cookie.unwrap());
            assert_eq!(of(&headers), language, "{chosen}");
        }
    }
}
