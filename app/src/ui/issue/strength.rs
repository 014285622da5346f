//! Rates a passphrase by its length and variety only. It has no dictionary, so it never says more than "good".

use crate::pki::pkcs12::MIN_PASSPHRASE;

/// How hard a passphrase is to guess, if its origin is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, derive_more::Display)]
pub(super) enum Strength {
    /// Nothing is typed yet.
    #[display("")]
    Empty,
    /// It has fewer characters than the file requires.
    #[display("Too short: at least 8 characters.")]
    TooShort,
    /// Anybody with the file can guess it within days.
    #[display("Weak. Make it longer: several random words are strong and easy to type.")]
    Weak,
    /// It resists most attackers.
    #[display("Fair. A few characters or one more word make it good.")]
    Fair,
    /// It is strong, unless it is a known phrase.
    #[display("Good, if it is no known phrase or name.")]
    Good,
}

impl Strength {
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
