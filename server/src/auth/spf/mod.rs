//! Evaluates SPF (RFC 7208), which tells whether a client may send for a domain.
//!
//! A record is parsed strictly before any of it counts, because a broken record counts for nothing (§4.6). [`record`]
//! and [`macros`] are pure, and [`evaluate`] queries the DNS.

mod error;
mod evaluate;
mod macros;
mod record;

use std::net::IpAddr;

use super::{
    finding::{Identity, SpfOutcome},
    lookup::{Lookup, name},
};
use crate::envelope::{Client, ReversePath};

/// The identity from the envelope or the greeting, and the client.
pub(super) struct Question<'a> {
    /// The identity that the domain comes from.
    pub identity: Identity,
    /// The domain to check, or empty if there is none.
    pub domain: &'a str,
    /// The part before the `@` of the sender (§4.3: `postmaster` if there is none).
    local: &'a str,
    helo: &'a str,
    /// An IPv4-mapped address counts as IPv4 (§5).
    ip: IpAddr,
}

/// The local part for a sender without one (RFC 7208 §2.4, §4.3).
const POSTMASTER: &str = "postmaster";

impl<'a> Question<'a> {
    /// Takes the envelope sender, or the name in EHLO for the null reverse-path (§2.4).
    pub fn new(client: &'a Client) -> Self {
        let helo = client.helo.as_str();
        let (identity, local, domain) = match &client.reverse_path {
            ReversePath::Address(address) => {
                let (local, domain) = address.rsplit_once('@').unwrap_or((address, helo));
                (Identity::MailFrom, local, domain)
            }
            // An address literal is no domain.
            ReversePath::Null if helo.starts_with('[') => (Identity::Helo, "", ""),
            ReversePath::Null => (Identity::Helo, "", helo),
        };
        Self {
            identity,
            domain,
            local: if local.is_empty() { POSTMASTER } else { local },
            helo,
            ip: client.ip.to_canonical(),
        }
    }
}

pub(super) async fn check(lookup: Lookup<'_>, question: &Question<'_>) -> SpfOutcome {
    evaluate::check_host(lookup, question).await
}

/// Whether a domain can have a record (§4.3): it has several labels, and all of them can exist.
fn is_domain(text: &str) -> bool {
    !text.starts_with('[') && name(text).is_some_and(|name| name.num_labels() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::RequireTls;

    fn client(helo: &str, from: &str) -> Client {
        Client {
            extended: true,
            ip: "::ffff:192.0.2.1".parse().unwrap(),
            helo: helo.into(),
            front: None,
            tls: false,
            smtputf8: false,
            require_tls: RequireTls::No,
            reverse_path: match from {
                "" => ReversePath::Null,
                from => ReversePath::Address(from.into()),
            },
        }
    }

    #[test]
    fn the_envelope_names_the_domain_or_else_the_greeting() {
        for (helo, from, identity, local, domain) in [
            ("m.example", "a@b@c.example", Identity::MailFrom, "a@b", "c.example"),
            ("m.example", "@c.example", Identity::MailFrom, "postmaster", "c.example"),
            ("m.example", "ann", Identity::MailFrom, "ann", "m.example"),
            ("m.example", "", Identity::Helo, "postmaster", "m.example"),
            ("[192.0.2.1]", "", Identity::Helo, "postmaster", ""),
        ] {
            let client = client(helo, from);
            let question = Question::new(&client);
            assert_eq!(
                (question.identity, question.local, question.domain),
                (identity, local, domain)
            );
            assert_eq!(question.ip.to_string(), "192.0.2.1");
        }
    }

    #[test]
    fn a_domain_has_several_labels_that_can_exist() {
        for domain in ["example.org", "a.b.", "b\u{fc}ro.example"] {
            assert!(is_domain(domain), "{domain}");
        }
        for domain in ["", "localhost", "[1.2.3.4]", "a..example", ".example.org"] {
            assert!(!is_domain(domain), "{domain}");
        }
    }
}
