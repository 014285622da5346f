//! Rates a passphrase by its length and variety only. It has no dictionary, so it never says more than "good".

use crate::{pki::pkcs12::MIN_PASSPHRASE, texts::text};

/// How hard a passphrase is to guess, if its origin is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    /// Nothing is typed yet.
    Empty,
    /// It has fewer characters than the file requires.
    TooShort,
    /// Anybody with the file can guess it within days.
    Weak,
    /// It resists most attackers.
    Fair,
    /// It is strong, unless it is a known phrase.
    Good,
}

impl Strength {
    /// Returns the words below the field.
    pub fn words(self) -> &'static str {
        match self {
            Self::Empty => "",
            Self::TooShort => text!(wizard.strength.too_short),
            Self::Weak => text!(wizard.strength.weak),
            Self::Fair => text!(wizard.strength.fair),
            Self::Good => text!(wizard.strength.good),
        }
    }

    pub fn of(passphrase: &str) -> Self {
        let length = passphrase.chars().count();
        match length {
            0 => Self::Empty,
            _ if length < MIN_PASSPHRASE => Self::TooShort,
            _ => match bits(passphrase) {
                ..40.0 => Self::Weak,
                ..60.0 => Self::Fair,
                _ => Self::Good,
            },
        }
    }
}

/// Returns the bits of a random text of the same variety. A character that repeats the previous one or continues a row
/// (`abc`, `321`) counts nothing. People do not choose at random, so each character counts less than it could.
fn bits(passphrase: &str) -> f64 {
    let characters: Vec<char> = passphrase.chars().collect();
    let surprising = 1 + characters
        .windows(2)
        .filter(|pair| (i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0]))).abs() > 1)
        .count();
    let kinds: [fn(&char) -> bool; 4] = [
        |c| c.is_lowercase(),
        |c| c.is_uppercase(),
        |c| c.is_numeric(),
        |c| !c.is_alphanumeric(),
    ];
    let variety = kinds.iter().filter(|kind| characters.iter().any(kind)).count();
    let per_character = [0.0, 2.5, 3.2, 3.8, 4.2][variety];
    f64::from(u32::try_from(surprising).unwrap_or(u32::MAX)) * per_character
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_variety_count_and_rows_do_not() {
        for (passphrase, strength) in [
            ("", Strength::Empty),
            ("Ab3$xyz", Strength::TooShort),
            ("aaaaaaaaaaaaaaaaaaaaaaaa", Strength::Weak),
            ("abcdefghijklmnopqrstuvwxyz", Strength::Weak),
            ("password", Strength::Weak),
            ("Tr0ub4dor&3", Strength::Fair),
            ("correct horse battery staple", Strength::Good),
        ] {
            assert_eq!(Strength::of(passphrase), strength, "{passphrase}");
        }
    }
}
