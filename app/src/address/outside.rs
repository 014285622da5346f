//! Addresses of people outside the relay: kept as they are, and quoted when they are written.
//!
//! [`EmailAddress`] takes what RFC 5321 allows. Real mail also comes from other addresses: with two dots in a row, a dot before
//! the `@`, a local part of 100 octets, or an IP address instead of a domain. Such an address is shown, has a contact of its own
//! and can be answered. It never authorises anything.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{
    email::{AddressError, EmailAddress},
    local_part::{quoted, unquoted},
};

/// Longest address in octets, twice the path of RFC 5321 §4.5.3.1.3. An answer to one that is longer than a path is refused.
const LONGEST: usize = 512;

/// An outside address. The domain is in lower case; a local part that is no dot-atom is a quoted string (RFC 5321 §4.1.2), and
/// no other is, so that one address has one form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OutsideAddress {
    text: String,
    at: usize,
}

impl OutsideAddress {
    /// From a local part without quotes and a domain or address literal.
    ///
    /// # Errors
    /// [`AddressError::Malformed`] if one of them is empty, holds what no envelope can carry, or both are too long.
    pub fn new(local: &str, domain: &str) -> Result<Self, AddressError> {
        let carries = |c: char| !c.is_control() && !c.is_whitespace() && !"@<>\"\\(),;".contains(c);
        let fits = !local.is_empty() && !domain.is_empty() && local.len() + domain.len() < LONGEST;
        if !fits || local.chars().any(char::is_control) || !domain.chars().all(carries) {
            return Err(AddressError::Malformed);
        }
        Ok(Self::build(local, domain))
    }

    fn build(local: &str, domain: &str) -> Self {
        let local = quoted(local);
        Self {
            at: local.len(),
            text: format!("{local}@{}", domain.to_lowercase()),
        }
    }

    /// The local part as an envelope or a header field has it, quoted if it must be.
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// The domain in lower case, or an address literal with its brackets.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// The address as an envelope or a header field has it, and as it is stored.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The address as people write it, without quotes.
    pub fn shown(&self) -> String {
        format!("{}@{}", unquoted(self.local()), self.domain())
    }

    /// The form that is stored where an address must be unique.
    pub fn folded(&self) -> String {
        self.text.to_lowercase()
    }
}

impl FromStr for OutsideAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (local, domain) = text.trim().rsplit_once('@').ok_or(AddressError::Malformed)?;
        Self::new(&unquoted(local), domain)
    }
}

impl From<&EmailAddress> for OutsideAddress {
    fn from(address: &EmailAddress) -> Self {
        Self::build(&unquoted(address.local()), address.domain())
    }
}

impl From<EmailAddress> for OutsideAddress {
    fn from(address: EmailAddress) -> Self {
        Self::from(&address)
    }
}

impl TryFrom<String> for OutsideAddress {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl From<OutsideAddress> for String {
    fn from(address: OutsideAddress) -> Self {
        address.text
    }
}

impl fmt::Display for OutsideAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_part_is_quoted_on_the_way_out_and_shown_as_it_is() {
        let long = "a".repeat(100);
        for (local, domain, text) in [
            ("Ann.Lee", "Example.ORG", "Ann.Lee@example.org"),
            ("a..b", "docomo.example", "\"a..b\"@docomo.example"),
            ("dot.", "docomo.example", "\"dot.\"@docomo.example"),
            ("a \"b\\", "x.org", "\"a \\\"b\\\\\"@x.org"),
            ("a@b", "x.org", "\"a@b\"@x.org"),
            (&long, "x.org", &format!("{long}@x.org")),
            ("ann", "[192.0.2.1]", "ann@[192.0.2.1]"),
            ("\u{e4}da", "b\u{fc}cher.example", "\u{e4}da@b\u{fc}cher.example"),
        ] {
            let address = OutsideAddress::new(local, domain).unwrap();
            assert_eq!(address.as_str(), text);
            assert_eq!(address.shown(), format!("{local}@{}", domain.to_lowercase()));
            assert_eq!(text.parse(), Ok(address), "it is read back");
        }
    }

    #[test]
    fn both_forms_of_one_mailbox_are_one_address() {
        let email: EmailAddress = "\"ann\"@example.org".parse().unwrap();
        assert_eq!(OutsideAddress::from(&email).as_str(), "ann@example.org");
        assert_eq!("a..b@x.org".parse::<OutsideAddress>(), "\"a..b\"@x.org".parse());
    }

    #[test]
    fn what_no_envelope_can_carry_is_none() {
        for (local, domain) in [
            ("", "x.org"),
            ("a", ""),
            ("a\r\nRCPT", "x.org"),
            ("a", "x.org>\r\nRCPT"),
            ("a", "x.org> NOTIFY=NEVER"),
            ("a", "x@y.org"),
            (&"a".repeat(600), "x.org"),
        ] {
            assert_eq!(OutsideAddress::new(local, domain), Err(AddressError::Malformed));
        }
    }
}
