//! Reads what the relay needs to know of its own certificate.

use der::Decode;
use rustls::pki_types::CertificateDer;
use time::OffsetDateTime;
use x509_cert::{
    Certificate,
    ext::pkix::{SubjectAltName, name::GeneralName},
};

/// The end of a certificate chain: the certificate of the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The start of its validity.
    pub not_before: OffsetDateTime,
    /// The end of its validity.
    pub not_after: OffsetDateTime,
    /// The host names that it is for, in lower case (RFC 5280 §4.2.1.6).
    pub names: Vec<String>,
}

impl Leaf {
    /// Reads a certificate.
    pub(crate) fn read(certificate: &CertificateDer<'_>) -> Result<Self, der::Error> {
        let parsed = Certificate::from_der(certificate)?;
        let parsed = parsed.tbs_certificate();
        let names = parsed.get_extension::<SubjectAltName>()?;
        let names = names.into_iter().flat_map(|(_, names)| names.0);
        let time = |time: x509_cert::time::Time| OffsetDateTime::UNIX_EPOCH + time.to_unix_duration();
        Ok(Self {
            not_before: time(parsed.validity().not_before),
            not_after: time(parsed.validity().not_after),
            names: names
                .filter_map(|name| match name {
                    GeneralName::DnsName(name) => Some(name.as_str().to_ascii_lowercase()),
                    _ => None,
                })
                .collect(),
        })
    }
}
