//! The settings of backups.

use std::{path::PathBuf, str::FromStr};

use age::x25519::Recipient;

/// Where backups go, who can open them, and how many are kept.
#[derive(Clone)]
pub struct BackupSettings {
    /// The folder; none is made without it.
    pub folder: Option<PathBuf>,
    /// Who can open them; none is made without one.
    pub recipients: Recipients,
    /// How many are kept; 0: all.
    pub keep: u32,
}

/// Public keys of age (`age1…`). A backup is encrypted to all of them, and each of their owners can open it.
#[derive(Clone, Debug, Default)]
pub struct Recipients(Vec<Recipient>);

/// A text is no public key of age. The text is not shown: somebody may have taken the private key for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be public keys of age (age1…, as age-keygen prints them), with commas between")]
pub struct RecipientsError;

impl FromStr for Recipients {
    type Err = RecipientsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let keys = text.split(',').map(str::trim).filter(|key| !key.is_empty());
        keys.map(|key| key.parse().map_err(|_| RecipientsError))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Recipients {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Recipient> {
        self.0.iter()
    }

    /// Adds those of another list.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

    #[test]
    fn recipients_have_commas_between() {
        for (text, count) in [("", 0), (PUBLIC, 1), (&format!("{PUBLIC}, {PUBLIC},"), 2)] {
            assert_eq!(text.parse::<Recipients>().unwrap().iter().count(), count, "{text}");
        }
    }

    #[test]
    fn a_private_key_is_no_recipient_and_is_not_shown() {
        let private = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
        let Err(error) = private.parse::<Recipients>() else {
            panic!("taken")
        };
        assert!(!error.to_string().contains("GQ9778"), "{error}");
    }
}
