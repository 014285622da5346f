//! Defines the SMTP envelope of a message: its client, its envelope sender, and the recipient that was accepted.

use std::net::IpAddr;

use app::address::OutsideAddress;
use serde::{Deserialize, Serialize};

/// The envelope sender (RFC 5321 §4.5.5).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ReversePath {
    /// The null reverse-path `<>`, which bounces have.
    Null,
    /// An address as the client wrote it, without angle brackets.
    Address(String),
}

impl ReversePath {
    /// The address, if there is a valid one.
    pub fn address(&self) -> Option<OutsideAddress> {
        match self {
            Self::Null => None,
            Self::Address(address) => address.parse().ok(),
        }
    }
}

/// Whether a message may only travel over verified TLS, to hosts that go on so (REQUIRETLS, RFC 8689).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequireTls {
    /// It was not asked for.
    #[default]
    No,
    /// It was asked for a bounce, which goes to a host without REQUIRETLS as well, so that it is not lost (RFC 8689 §5).
    IfSupported,
    /// The message goes so, or it is not delivered.
    Always,
}

impl RequireTls {
    /// The enhanced status code of a message whose next hop does not support REQUIRETLS (RFC 8689 §4.2.1).
    pub const NOT_SUPPORTED: &str = "5.7.30";
    /// That of a message whose next hop cannot be reached over verified TLS.
    pub const NOT_ENCRYPTED: &str = "5.7.10";

    /// The demand of a message with this envelope sender, if its sender asked for REQUIRETLS.
    pub fn asked(reverse_path: &ReversePath) -> Self {
        match reverse_path {
            ReversePath::Null => Self::IfSupported,
            ReversePath::Address(_) => Self::Always,
        }
    }

    /// The status of the two that the next hop's answer or report holds, if the message had the demand: a later hop did not satisfy it.
    pub fn status_in(self, reason: &str) -> Option<&'static str> {
        if self == Self::No {
            return None;
        }
        let mut words = reason.split(|c: char| !c.is_ascii_digit() && c != '.');
        words.find_map(|word| {
            let word = word.trim_end_matches('.');
            let mut known = [Self::NOT_SUPPORTED, Self::NOT_ENCRYPTED].into_iter();
            known.find(|status| *status == word)
        })
    }

    /// The demand of a report about a message: it is a bounce.
    #[must_use]
    pub fn of_report(self) -> Self {
        match self {
            Self::No => Self::No,
            Self::IfSupported | Self::Always => Self::IfSupported,
        }
    }
}

/// The client of a transaction, as known when it names a recipient.
#[derive(Clone, Debug)]
pub struct Client {
    /// The client's IP address.
    pub ip: IpAddr,
    /// The name that it gave in EHLO or HELO.
    pub helo: String,
    /// The mail server in front that named the client and passes its message on.
    pub front: Option<Front>,
    /// Whether it used EHLO, which makes the protocol ESMTP.
    pub extended: bool,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// Whether the transaction asked for SMTPUTF8 (RFC 6531).
    pub smtputf8: bool,
    /// Whether the transaction asked for REQUIRETLS.
    pub require_tls: RequireTls,
    /// The envelope sender.
    pub reverse_path: ReversePath,
}

/// A mail server of the operator, between the client and the receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Front {
    /// Its IP address.
    pub ip: IpAddr,
    /// The name that it gave in EHLO or HELO.
    pub helo: String,
}

/// The form of an address where a name is expected (RFC 5321 §4.1.3).
pub fn address_literal(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => format!("[{ip}]"),
        IpAddr::V6(ip) => format!("[IPv6:{ip}]"),
    }
}

/// A complete message.
pub struct Received<R> {
    /// The client that sent it.
    pub client: Client,
    /// The recipient that was accepted: a transaction takes one, so no answer tells which aliases belong together.
    pub recipient: R,
    /// The message, with CRLF line ends and without stuffed dots.
    pub data: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_hop_that_does_not_satisfy_the_demand_is_known_by_its_status() {
        for (reason, expected) in [
            ("permanent error (550): 5.7.30 REQUIRETLS needed", Some("5.7.30")),
            ("5.7.10 smtp; 550-5.7.10 no TLS", Some("5.7.10")),
            ("5.0.0 smtp; 554 (5.7.30).", Some("5.7.30")),
            ("550 5.7.1 no", None),
            ("550 5.7.300 no", None),
            ("550 from 5.7.10.1 no", None),
            ("550 from 15.7.10 no", None),
            ("", None),
        ] {
            assert_eq!(RequireTls::Always.status_in(reason), expected, "{reason}");
            assert_eq!(RequireTls::IfSupported.status_in(reason), expected, "{reason}");
            assert_eq!(RequireTls::No.status_in(reason), None, "{reason}");
        }
    }
}
