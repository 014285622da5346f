//! Local parts of aliases: which are accepted, and readable random ones.

mod words;

use words::{ADJECTIVES, NOUNS};

/// Addresses under a domain that mean its operator (RFC 2142), and the relay's own.
const RESERVED: [&str; 31] = [
    "abuse",
    "admin",
    "administrator",
    "autoconfig",
    "autodiscover",
    "bounce",
    "bounces",
    "contact",
    "daemon",
    "help",
    "hostmaster",
    "info",
    "mailer-daemon",
    "marketing",
    "new",
    "news",
    "no-reply",
    "noc",
    "noreply",
    "nobody",
    "postmaster",
    "root",
    "sales",
    "sealpost",
    "security",
    "ssl-admin",
    "support",
    "sysadmin",
    "usenet",
    "webmaster",
    "www",
];

/// What the relay's own addresses begin with: those of contacts, return paths, and what turns an alias off. Aliases must not
/// look like one.
const OWN_PREFIXES: [&str; 3] = ["r-", "b-", "u-"];

/// Why a text is no local part of an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocalPartError {
    /// Not of the accepted form.
    #[error("this is not of the form of an alias")]
    Malformed,
    /// Means something else under the relay's domains.
    #[error("this is reserved")]
    Reserved,
}

/// A local part in the accepted form, in lower case.
pub fn acceptable(text: &str) -> Result<String, LocalPartError> {
    let local = text.trim().to_ascii_lowercase();
    let of_alias = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let ends_well = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let accepted = (3..=64).contains(&local.len())
        && local.chars().all(of_alias)
        && ends_well(local.chars().next())
        && ends_well(local.chars().next_back())
        // RFC 5321 §4.1.2: a dot stands between two others.
        && !local.contains("..");
    if !accepted {
        return Err(LocalPartError::Malformed);
    }
    match RESERVED.contains(&local.as_str()) || OWN_PREFIXES.iter().any(|own| local.starts_with(own)) {
        true => Err(LocalPartError::Reserved),
        false => Ok(local),
    }
}

/// A readable one; one of 16 million.
pub fn random() -> Result<String, getrandom::Error> {
    let random = getrandom::u32()? as usize;
    // 128 words each, so seven bits; the ten bits above them make three digits, near enough to evenly.
    let (adjective, noun) = (ADJECTIVES[random % 128], NOUNS[random / 128 % 128]);
    Ok(format!("{adjective}-{noun}-{:03}", random / 128 / 128 % 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_are_acceptable() {
        for _ in 0..1000 {
            let local = random().unwrap();
            assert_eq!(acceptable(&local), Ok(local));
        }
    }

    #[test]
    fn accepted_forms() {
        assert_eq!(acceptable(" Shop.Summer_2026 "), Ok("shop.summer_2026".into()));
        for text in [
            "",
            "ab",
            "-abc",
            "abc.",
            "a..b",
            "a b",
            "a@b",
            "äbc",
            "a\r\nb",
            &"a".repeat(65),
        ] {
            assert_eq!(acceptable(text), Err(LocalPartError::Malformed), "{text:?}");
        }
        for text in ["Postmaster", "mailer-daemon", "r-abc", "R-23", "b-1", "U-x", "new"] {
            assert_eq!(acceptable(text), Err(LocalPartError::Reserved), "{text:?}");
        }
    }
}
