//! Holds a certificate in DER. It is checked to be X.509 when it enters.

use std::fmt;

use const_oid::AssociatedOid;
use der::{Decode, Encode};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use x509_cert::{
    ext::pkix::{NameConstraints, SubjectAltName, constraints::name::GeneralSubtree, name::GeneralName},
    time::Time,
};

use super::{
    error::{Check, Part, PkiError},
    key::PublicKey,
    name_constraint::{NameConstraint, Names},
    role::Role,
};
use crate::address::EmailAddress;

/// One X.509 version 3 certificate (RFC 5280) with an RSA key of one of our sizes.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    parsed: x509_cert::Certificate,
    key: PublicKey,
}

impl Certificate {
    /// Parses DER. Fails unless it is exactly one certificate with an RSA key of one of our sizes.
    pub fn from_der(role: Role, der: &[u8]) -> Result<Self, PkiError> {
        let malformed = || PkiError::Malformed(Part::Certificate(role));
        let parsed = x509_cert::Certificate::from_der(der).map_err(|_| malformed())?;
        // Input that does not encode to itself is not DER, and its signature would cover other bytes.
        if parsed.to_der().map_err(|_| malformed())? != der {
            return Err(malformed());
        }
        let spki = parsed
            .tbs_certificate()
            .subject_public_key_info()
            .to_der()
            .map_err(|_| malformed())?;
        let part = Part::Certificate(role);
        let key = PublicKey::from_spki(&spki).ok_or(PkiError::Refused {
            part,
            check: Check::PublicKey,
        })?;
        Ok(Self {
            der: der.to_vec(),
            parsed,
            key,
        })
    }

    /// Returns the DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Returns the textual form of RFC 7468.
    pub fn pem(&self) -> String {
        pem::encode_config(
            &pem::Pem::new("CERTIFICATE", self.der.as_slice()),
            pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF),
        )
    }

    /// Returns the subject as a string (RFC 4514).
    pub fn subject(&self) -> String {
        self.parsed.tbs_certificate().subject().to_string()
    }

    /// Returns the issuer as a string (RFC 4514).
    pub fn issuer(&self) -> String {
        self.parsed.tbs_certificate().issuer().to_string()
    }

    /// Returns the serial number in hexadecimal without separators.
    pub fn serial(&self) -> String {
        hex::encode(self.parsed.tbs_certificate().serial_number().as_bytes())
    }

    /// Returns the SHA-256 of the DER.
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.der).into()
    }

    /// First second of validity.
    pub fn not_before(&self) -> OffsetDateTime {
        moment(&self.parsed.tbs_certificate().validity().not_before)
    }

    /// Last second of validity.
    pub fn not_after(&self) -> OffsetDateTime {
        moment(&self.parsed.tbs_certificate().validity().not_after)
    }

    /// Returns the bits of the RSA modulus.
    pub fn key_bits(&self) -> usize {
        self.key.size().bits()
    }

    /// Returns the rfc822Names of the subject alternative name.
    pub fn rfc822_names(&self) -> Vec<String> {
        self.extension::<SubjectAltName>()
            .map(|names| names.0.iter().filter_map(rfc822).collect())
            .unwrap_or_default()
    }

    /// Returns the name constraints. Empty if there are none.
    pub fn name_constraints(&self) -> Vec<NameConstraint> {
        let Some(constraints) = self.extension::<NameConstraints>() else {
            return Vec::new();
        };
        let permitted = constraints.permitted_subtrees.unwrap_or_default();
        let excluded = constraints.excluded_subtrees.unwrap_or_default();
        let permitted = permitted.iter().map(|subtree| constraint(true, subtree));
        permitted
            .chain(excluded.iter().map(|subtree| constraint(false, subtree)))
            .collect()
    }

    /// Whether its name constraints permit certificates for this address (RFC 5280 §4.2.1.10). Without constraints,
    /// none is permitted.
    pub(super) fn permits(&self, address: &EmailAddress) -> bool {
        let permitted = self
            .extension::<NameConstraints>()
            .and_then(|constraints| constraints.permitted_subtrees)
            .unwrap_or_default();
        permitted.iter().any(|subtree| match &subtree.base {
            GeneralName::Rfc822Name(name) if name.as_str().contains('@') => name.as_str() == address.as_str(),
            GeneralName::Rfc822Name(host) => host.as_str().eq_ignore_ascii_case(address.domain()),
            _ => false,
        })
    }

    /// Returns the subject's first attribute. In all certificates issued here it is the only one, the common name.
    pub(super) fn common_name(&self) -> String {
        let mut attributes = self.parsed.tbs_certificate().subject().iter();
        attributes
            .next()
            .map(|name| String::from_utf8_lossy(name.value.value()).into_owned())
            .unwrap_or_default()
    }

    pub(super) fn parsed(&self) -> &x509_cert::Certificate {
        &self.parsed
    }

    pub(super) fn key(&self) -> &PublicKey {
        &self.key
    }

    fn extension<T: AssociatedOid + for<'a> Decode<'a>>(&self) -> Option<T> {
        self.parsed
            .tbs_certificate()
            .extensions()?
            .iter()
            .find(|extension| extension.extn_id == T::OID)
            .and_then(|extension| T::from_der(extension.extn_value.as_bytes()).ok())
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.subject())
    }
}

fn moment(time: &Time) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + time.to_unix_duration()
}

fn rfc822(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::Rfc822Name(address) => Some(address.to_string()),
        _ => None,
    }
}

fn constraint(is_permitted: bool, subtree: &GeneralSubtree) -> NameConstraint {
    let names = match &subtree.base {
        GeneralName::Rfc822Name(name) if name.as_str().contains('@') => Names::Address(name.to_string()),
        GeneralName::Rfc822Name(host) => Names::AddressesAt(host.to_string()),
        GeneralName::DnsName(name) if name.as_str().is_empty() => Names::AnyDns,
        GeneralName::DnsName(name) => Names::Dns(name.to_string()),
        GeneralName::IpAddress(range) if range.as_bytes() == [0; 8] => Names::AnyIpv4,
        GeneralName::IpAddress(range) if range.as_bytes() == [0; 32] => Names::AnyIpv6,
        _ => Names::Other,
    };
    NameConstraint { is_permitted, names }
}
