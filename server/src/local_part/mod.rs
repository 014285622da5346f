//! Decides which local parts aliases may have, and creates readable random ones.

mod words;

use words::{ADJECTIVES, NOUNS};

/// Addresses under a domain that belong to its operator (RFC 2142), and the relay's own.
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

/// The prefixes of the relay's own addresses: contacts, return paths, and links that turn an alias off. No alias may start
/// with one.
const OWN_PREFIXES: [&str; 3] = [RELAY_PREFIX, RETURN_PREFIX, UNSUBSCRIBE_PREFIX];

/// First characters of a relay address's local part.
pub const RELAY_PREFIX: &str = "r-";

/// First characters of a return path's local part.
pub const RETURN_PREFIX: &str = "b-";

/// First characters of the local part that turns an alias off.
pub const UNSUBSCRIBE_PREFIX: &str = "u-";

/// The local part that asks for a new alias.
pub const NEW: &str = "new";

/// Why a text is no local part of an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocalPartError {
    /// It has a wrong form.
    #[error("this is not of the form of an alias")]
    Malformed,
    /// It has another meaning under the relay's domains.
    #[error("this is reserved")]
    Reserved,
}

/// A valid local part in lower case.
pub fn parse(text: &str) -> Result<String, LocalPartError> {
    let local = text.trim().to_ascii_lowercase();
    let of_alias = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let ends_well = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let accepted = (3..=64).contains(&local.len())
        && local.chars().all(of_alias)
        && ends_well(local.chars().next())
        && ends_well(local.chars().next_back())
        // RFC 5321 §4.1.2: a dot stands between two other characters.
        && !local.contains("..");
    if !accepted {
        return Err(LocalPartError::Malformed);
    }
    match RESERVED.contains(&local.as_str()) || OWN_PREFIXES.iter().any(|own| local.starts_with(own)) {
        true => Err(LocalPartError::Reserved),
        false => Ok(local),
    }
}

/// How many numbers a suggestion may end in, each of [`DIGITS`] digits.
const NUMBERS: u64 = 100_000;
const DIGITS: usize = 5;

/// Returns a random local part that can be read aloud, such as `amber-otter-river-48213`. There are more than 2^40, so
/// that guessing finds none.
pub fn random() -> Result<String, getrandom::Error> {
    Ok(build_suggestion(getrandom::u64()?))
}

/// Returns the suggestion for a number. There are many more numbers than suggestions, so that all suggestions are
/// equally likely.
fn build_suggestion(mut number: u64) -> String {
    let (adjective, first) = (word(&ADJECTIVES, &mut number), word(&NOUNS, &mut number));
    let second = word(&NOUNS, &mut number);
    format!("{adjective}-{first}-{second}-{:0DIGITS$}", number % NUMBERS)
}

/// Removes a word from the number.
fn word(words: &[&'static str; 256], number: &mut u64) -> &'static str {
    let [lowest, ..] = number.to_le_bytes();
    *number >>= u8::BITS;
    words[usize::from(lowest)]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn suggestions_are_acceptable() {
        for _ in 0..1000 {
            let local = random().unwrap();
            assert_eq!(parse(&local), Ok(local));
        }
    }

    #[test]
    fn there_are_more_than_two_to_the_fortieth_suggestions() {
        let words = [ADJECTIVES.len(), NOUNS.len(), NOUNS.len()];
        let count = words.iter().map(|&count| count as u64).product::<u64>() * NUMBERS;
        assert!(count >= 1 << 40, "{count}");
        // Each has its own number, and all numbers below the count are then used.
        let different =
            |numbers: &mut dyn Iterator<Item = u64>| numbers.map(build_suggestion).collect::<HashSet<_>>().len();
        assert_eq!(different(&mut (0..1 << 16)), 1 << 16);
        assert_eq!(different(&mut (0..1 << 16).map(|high| high << 24)), 1 << 16);
        assert_eq!(build_suggestion(0), build_suggestion(count));
        assert_ne!(build_suggestion(0), build_suggestion(count - 1));
        assert_eq!(10_u64.pow(u32::try_from(DIGITS).unwrap()), NUMBERS);
    }

    #[test]
    fn suggestions_are_short_enough_to_be_read_aloud() {
        let longest = |words: &[&str]| words.iter().map(|word| word.len()).max().unwrap();
        assert!(longest(&ADJECTIVES) + 2 * longest(&NOUNS) + DIGITS + 3 <= 32);
    }

    #[test]
    fn accepted_forms() {
        assert_eq!(parse(" Shop.Summer_2026 "), Ok("shop.summer_2026".into()));
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
            assert_eq!(parse(text), Err(LocalPartError::Malformed), "{text:?}");
        }
        for text in ["Postmaster", "mailer-daemon", "r-abc", "R-23", "b-1", "U-x", "new"] {
            assert_eq!(parse(text), Err(LocalPartError::Reserved), "{text:?}");
        }
    }
}
