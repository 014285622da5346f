//! Describes a certificate for the page that shows it.

use serde::{Deserialize, Serialize};

use super::{certificate::Certificate, name_constraint::NameConstraint, role::Role};

/// The fields of a certificate as the page shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateView {
    /// The role of the certificate.
    pub role: Role,
    /// The subject as a string (RFC 4514).
    pub subject: String,
    /// The issuer as a string (RFC 4514).
    pub issuer: String,
    /// Serial number in hex, groups of two separated by colons.
    pub serial: String,
    /// SHA-256 fingerprint in hex, groups of two separated by colons.
    pub fingerprint: String,
    /// The length of the RSA modulus in bits.
    pub key_bits: usize,
    /// The addresses that it certifies.
    pub addresses: Vec<String>,
    /// Its name constraints.
    pub constraints: Vec<NameConstraint>,
}

impl CertificateView {
    /// Describes a certificate.
    pub fn of(role: Role, certificate: &Certificate) -> Self {
        let pairs = |hex: String| {
            hex.as_bytes()
                .chunks(2)
                .map(|pair| String::from_utf8_lossy(pair).to_ascii_uppercase())
                .collect::<Vec<_>>()
                .join(":")
        };
        Self {
            role,
            subject: certificate.subject(),
            issuer: certificate.issuer(),
            serial: pairs(certificate.serial()),
            fingerprint: pairs(hex::encode(certificate.fingerprint())),
            key_bits: certificate.key_bits(),
            addresses: certificate.rfc822_names(),
            constraints: certificate.name_constraints(),
        }
    }
}
