//! Defines what a certificate authority may certify, as a page shows it.

use serde::{Deserialize, Serialize};

/// A name constraint (RFC 5280 §4.2.1.10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameConstraint {
    /// Whether the names may be certified, or must not be.
    pub is_permitted: bool,
    /// The names.
    pub names: Names,
}

/// The names of a constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Names {
    /// One mail address.
    Address(String),
    /// All mail addresses at a host.
    AddressesAt(String),
    /// A DNS name and those under it.
    Dns(String),
    /// Every DNS name.
    AnyDns,
    /// Every IPv4 address.
    AnyIpv4,
    /// Every IPv6 address.
    AnyIpv6,
    /// Names of another kind.
    Other,
}
