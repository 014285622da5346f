//! A certificate as it is stored and shown: DER, checked to be an X.509 certificate when it enters.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::error::PkiError;

/// Which of the chain's certificates one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, derive_more::Display)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person's own.
    #[display("user")]
    User,
    /// The one that signs user and correspondents.
    #[display("intermediate")]
    Intermediate,
    /// The self-signed one that devices trust.
    #[display("root")]
    Root,
    /// Made for one contact.
    #[display("correspondent")]
    Correspondent,
}

/// One X.509 version 3 certificate (RFC 5280).
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
}

impl Certificate {
    /// Takes DER; refuses what is not a certificate, or has bytes behind it.
    pub fn from_der(role: Role, der: &[u8]) -> Result<Self, PkiError> {
        let _ = (role, der);
        unimplemented!()
    }
    /// The DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }
    /// The textual form of RFC 7468.
    pub fn pem(&self) -> String {
        unimplemented!()
    }
    /// The subject, RFC 4514.
    pub fn subject(&self) -> String {
        unimplemented!()
    }
    /// The issuer, RFC 4514.
    pub fn issuer(&self) -> String {
        unimplemented!()
    }
    /// The serial number in hex, without separators.
    pub fn serial(&self) -> String {
        unimplemented!()
    }
    /// SHA-256 over the DER.
    pub fn fingerprint(&self) -> [u8; 32] {
        unimplemented!()
    }
    /// First second of validity.
    pub fn not_before(&self) -> OffsetDateTime {
        unimplemented!()
    }
    /// Last second of validity.
    pub fn not_after(&self) -> OffsetDateTime {
        unimplemented!()
    }
    /// Bits of the RSA modulus.
    pub fn key_bits(&self) -> usize {
        unimplemented!()
    }
    /// The rfc822Names of the subject alternative name.
    pub fn rfc822_names(&self) -> Vec<String> {
        unimplemented!()
    }
    /// The name constraints in words, one sentence each; empty where there are none.
    pub fn name_constraints_in_words(&self) -> Vec<String> {
        unimplemented!()
    }
}
