//! Defines the subject of a chain: its mailbox, and the names that it may certify.

use serde::{Deserialize, Serialize};

use super::error::PkiError;
use crate::address::EmailAddress;

/// Longest domain name as text (RFC 1035 §2.3.4).
const MAX_DOMAIN: usize = 253;
/// Longest label of a domain name.
const MAX_LABEL: usize = 63;

/// The facts that both sides know before the exchange. Subjects and name constraints depend only on them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The mailbox. It is the subject and rfc822Name of the user certificate, and the first permitted name.
    pub mailbox: EmailAddress,
    /// The relay's domain. Every address under it is permitted, for the contacts.
    pub relay_domain: String,
}

impl Subject {
    /// Fails if no chain can be created for this subject. Both sides check this first.
    pub(super) fn check(&self) -> Result<(), PkiError> {
        self.relay_host()?;
        if self.mailbox.as_str().is_ascii() {
            Ok(())
        } else {
            Err(PkiError::AddressNotAscii)
        }
    }

    /// Returns the relay's domain as the host of an rfc822Name constraint (RFC 5280 §4.2.1.10). It is checked because
    /// the browser gets it from the server. An empty one would permit every address, and one with a leading dot would
    /// permit all hosts below it.
    pub(super) fn relay_host(&self) -> Result<&str, PkiError> {
        let host = self.relay_domain.as_str();
        if !host.is_ascii() {
            Err(PkiError::AddressNotAscii)
        } else if host.len() <= MAX_DOMAIN && host.split('.').all(is_label) {
            Ok(host)
        } else {
            Err(PkiError::RelayDomain)
        }
    }
}

fn is_label(label: &str) -> bool {
    (1..=MAX_LABEL).contains(&label.len())
        && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mailbox: &str, relay_domain: &str) -> Result<(), PkiError> {
        let mailbox = mailbox.parse().unwrap();
        let relay_domain = relay_domain.to_owned();
        Subject { mailbox, relay_domain }.check()
    }

    #[test]
    fn domains_that_would_permit_more_than_one_host_are_refused() {
        for domain in [
            "",
            ".",
            ".example",
            "a..b",
            "relay.example.",
            "-a.example",
            "a b",
            "a@relay.example",
            "*.example",
        ] {
            assert_eq!(
                check("ann@example.org", domain),
                Err(PkiError::RelayDomain),
                "{domain:?}"
            );
        }
        for domain in ["relay.example", "localhost", "xn--bcher-kva.example"] {
            assert_eq!(check("ann@example.org", domain), Ok(()), "{domain:?}");
        }
    }

    #[test]
    fn names_beyond_ascii_are_refused() {
        assert_eq!(
            check("jörg@example.org", "relay.example"),
            Err(PkiError::AddressNotAscii)
        );
        assert_eq!(
            check("ann@bücher.example", "relay.example"),
            Err(PkiError::AddressNotAscii)
        );
        assert_eq!(
            check("ann@example.org", "bücher.example"),
            Err(PkiError::AddressNotAscii)
        );
    }
}
