//! Returns people to the page that they asked for after signing in. Its URL travels as `next` through every step.
//!
//! Only pages of this relay that need a session are possible. Any other text leads to the aliases.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The characters of a URL that are encoded inside another URL.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');

/// The first path segment of such pages.
const OWN: [&str; 6] = ["relay", "aliases", "account", "profiles", "verify", "administration"];

/// The page after signing in by default.
pub const HOME: &str = "/aliases";

/// Most characters of a URL that is kept.
const LONGEST: usize = 1000;

/// Returns the text if it is the URL of one of our own pages: a path of plain names without dots and encoded
/// characters, and a query. Browsers cannot read it in another way.
pub fn own_page(text: &str) -> Option<&str> {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let mut names = path.strip_prefix('/')?.split('/');
    let first = names.clone().next()?;
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let in_query = |byte: u8| byte.is_ascii_alphanumeric() || b"=&%+-._~".contains(&byte);
    let own = OWN.contains(&first) && names.all(is_name) && query.bytes().all(in_query) && text.len() <= LONGEST;
    own.then_some(text)
}

/// Returns the page after signing in.
pub fn after_sign_in(next: &str) -> &str {
    own_page(next).unwrap_or(HOME)
}

/// Returns the URL of a sign-in step with the page. Omits the page if it is not ours, or if it is the default.
pub fn step(path: &str, next: &str) -> String {
    match own_page(next).filter(|next| *next != HOME) {
        Some(next) => format!("{path}?next={}", encoded(next)),
        None => path.to_owned(),
    }
}

/// Returns the page in the query of a URL, with or without its question mark, or an empty text if it is not ours. The
/// router's own query map would decode values twice.
pub fn in_query(query: &str) -> String {
    let pairs = query.trim_start_matches('?').split('&');
    let next = pairs.filter_map(|pair| pair.strip_prefix("next=")).find_map(decoded);
    next.filter(|next| own_page(next).is_some()).unwrap_or_default()
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_pages_are_carried_along() {
        for page in [
            "/relay",
            "/aliases?q=a%20b&show=off&page=2",
            "/aliases/3?contacts=2",
            "/relay/1/new-profile/pgp",
            "/account/data?problem=confirm",
            "/profiles/7",
            "/verify",
        ] {
            assert_eq!(after_sign_in(page), page);
            let query = format!("?__err=x&next={}&a=b", encoded(page));
            assert_eq!(in_query(&query), page);
        }
        assert_eq!(
            step("/sign-in", "/aliases?q=a%20b"),
            "/sign-in?next=%2Faliases%3Fq%3Da%2520b"
        );
        assert_eq!(step("/sign-in", "/aliases"), "/sign-in");
    }

    #[test]
    fn nothing_else_is() {
        let long = format!("/aliases?q={}", "a".repeat(LONGEST));
        for evil in [
            "",
            "/",
            "relay",
            "//evil.example",
            "///evil.example",
            "//evil.example/relay",
            "/\\evil.example",
            "\\\\evil.example",
            "/relay\\..\\..\\evil.example",
            "https://evil.example/relay",
            "javascript:alert(1)",
            "/relay//evil.example",
            "/relay/../../evil",
            "/relay/%2e%2e/sign-out",
            "/relay\r\nSet-Cookie: x=1",
            "/relay\u{0}",
            "/\t/evil.example",
            " /relay",
            "/relay ",
            "/relay#x",
            "/relay?next=//evil.example",
            "/relay@evil.example",
            "/relay:80",
            "/relayed",
            "/ännchen",
            "/api/sign_out",
            "/sign-in",
            "/u/token",
            "/profiles/1/user.pem",
            long.as_str(),
        ] {
            assert_eq!(own_page(evil), None, "{evil:?}");
            assert_eq!(after_sign_in(evil), "/aliases", "{evil:?}");
            assert_eq!(step("/sign-in", evil), "/sign-in", "{evil:?}");
            assert_eq!(in_query(&format!("next={}", encoded(evil))), "", "{evil:?}");
        }
        for damaged in [
            "next=",
            "next",
            "next=%",
            "next=%2",
            "next=%zz",
            "next=/relay%FF",
            "other=/relay",
        ] {
            assert_eq!(in_query(damaged), "", "{damaged}");
        }
    }
}
