//! Defines the DKIM settings: the files of the private keys, and the selectors of the public keys.

use std::{fmt, path::PathBuf};

/// The file of the private key, as PKCS#8 in PEM.
#[derive(Clone, Debug)]
pub enum DkimKeySource {
    /// The server's own file in its data folder, created at first start.
    Own(PathBuf),
    /// The operator's file, which must exist.
    File(PathBuf),
}

/// A key that is published beside the one that signs: the next one before a change, and the previous one after it.
#[derive(Clone, Debug)]
pub struct SecondDkimKey {
    /// The source of the key.
    pub key: DkimKeySource,
    /// Its selector, which is another one than that of the key that signs.
    pub selector: Selector,
}

/// A key's name in the DNS: `selector._domainkey.domain`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector(String);

/// The text is not a selector.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be letters, digits and hyphens, not {0:?}")]
pub struct SelectorError(String);

impl Selector {
    /// Parses a selector of one label.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if plain && (1..=63).contains(&text.len()) && !text.starts_with('-') && !text.ends_with('-') {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(SelectorError(text.into()))
        }
    }

    /// The selector as it stands in the DNS.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_is_one_label() {
        assert_eq!(Selector::parse("Key-1").unwrap().to_string(), "key-1");
        for text in ["", "a.b", "-a", "a-", "a b", "\u{e4}", &"a".repeat(64)] {
            assert!(Selector::parse(text).is_err(), "{text:?}");
        }
    }
}
