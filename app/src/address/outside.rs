//! Stores addresses of people outside the relay unchanged, and quotes them when they are written.
//!
//! [`EmailAddress`] accepts only the grammar of RFC 5321. Real mail also comes from addresses with two dots in a row, a
//! dot before the `@`, a local part of 100 octets, or an IP address instead of a domain. Such an address is shown, has
//! its own contact and can get answers. It never authorises anything.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{
    email::{AddressError, EmailAddress},
    local_part::{quoted, unquoted},
};

/// Longest address in octets, twice the path of RFC 5321 §4.5.3.1.3. Answers to an address longer than a path are
/// refused.
const LONGEST: usize = 512;

/// An outside address. The domain is in lower case. A local part is a quoted string (RFC 5321 §4.1.2) only if it is no
/// dot-atom, so that one address has one form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OutsideAddress {
    text: String,
    at: usize,
}

impl OutsideAddress {
    /// Builds an address from an unquoted local part and a domain or address literal.
    ///
    /// # Errors
    /// [`AddressError::Malformed`] if a part is empty or contains characters that no envelope can carry, or if the
    /// whole is too long.
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

    /// Returns the local part for an envelope or a header field, quoted if necessary.
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// Returns the domain in lower case, or an address literal with its brackets.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// Returns the address for an envelope, a header field and the database.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the address as people write it, without quotes.
    pub fn shown(&self) -> String {
        format!("{}@{}", unquoted(self.local()), self.domain())
    }

    /// Returns the form that must be unique in the database.
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
