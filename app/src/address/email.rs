//! Parses the addresses of accounts, mailboxes and aliases, with the strict grammar of RFC 5321 and RFC 6531.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::local_part;

/// A mailbox address without display name. The domain is in lower case, because it compares without case. The local
/// part stays as written (RFC 5321 §2.4) except for needless quotes, because both forms name the same mailbox (§4.1.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress {
    text: String,
    at: usize,
}

impl EmailAddress {
    /// Returns the text before the last `@`, quoted if necessary.
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// Returns the text after the last `@`, in lower case.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// Returns the address for an envelope or a header field.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether both name the same mailbox for this relay. Case does not matter, because no major provider distinguishes
    /// `Ann@` from `ann@`.
    pub fn same_mailbox(&self, other: &Self) -> bool {
        self.text.to_lowercase() == other.text.to_lowercase()
    }

    /// Returns the form that must be unique in the database.
    pub fn folded(&self) -> String {
        self.text.to_lowercase()
    }
}

impl FromStr for EmailAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let options = email_address::Options::default()
            .without_display_text()
            .without_domain_literal();
        email_address::EmailAddress::parse_with_options(text, options).map_err(|_| AddressError::Malformed)?;
        // The parser above accepts characters that a header field or an SMTP line cannot carry.
        if text.chars().any(char::is_control) {
            return Err(AddressError::Malformed);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Malformed)?;
        let local = local_part::quoted(&local_part::unquoted(local));
        Ok(Self {
            at: local.len(),
            text: format!("{local}@{}", domain.to_lowercase()),
        })
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.text
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Why a text is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It does not have the form `local@domain` of RFC 5321, or a part is too long.
    #[error("this is not a mail address")]
    Malformed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_is_folded_and_local_part_kept() {
        let address: EmailAddress = " Ann.Lee@Example.ORG ".parse().unwrap();
        assert_eq!(address.as_str(), "Ann.Lee@example.org");
        assert_eq!((address.local(), address.domain()), ("Ann.Lee", "example.org"));
    }

    #[test]
    fn what_would_break_a_header_or_a_line_is_refused() {
        for text in [
            "",
            "ann",
            "@b.org",
            "a@",
            "a b@c.org",
            "a@b.org\r\nRCPT TO:<x@y.org>",
            "A <a@b.org>",
            "a@[127.0.0.1]",
        ] {
            assert!(text.parse::<EmailAddress>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn quotes_that_change_nothing_are_not_kept() {
        for text in ["\"ann.lee\"@example.org", "\"an\\n.lee\"@example.org"] {
            assert_eq!(text.parse(), "ann.lee@example.org".parse::<EmailAddress>(), "{text}");
        }
        for kept in [
            "\"ann lee\"@example.org",
            "\"a..b\"@example.org",
            "\"a\\\"b\"@example.org",
        ] {
            assert_eq!(kept.parse::<EmailAddress>().unwrap().as_str(), kept);
        }
    }

    #[test]
    fn domain_that_grows_when_folded_does_not_break_the_parts() {
        let address: EmailAddress = "a@İ.example".parse().unwrap();
        assert_eq!(address.local(), "a");
    }
}
