//! Finds the certificate that a CMS object names by issuer and serial number, or by subject key identifier.
//!
//! RFC 5652 §5.3 (signers), §6.2.1 (recipients).

use app::pki::certificate::Certificate;
use cms::{cert::IssuerAndSerialNumber, enveloped_data::RecipientIdentifier, signed_data::SignerIdentifier};
use der::{Decode, referenced::OwnedToRef};
use x509_cert::ext::pkix::SubjectKeyIdentifier;

use super::error::OpenError;

/// A certificate whose signatures count, with its key.
pub(super) struct Signer<'a> {
    pub certificate: &'a Certificate,
    pub key: rsa::PublicKey,
    name: Identity,
}

/// The names of a certificate in CMS: issuer with serial number, and key identifier.
pub(super) struct Identity {
    issuer_and_serial: IssuerAndSerialNumber,
    key_identifier: Option<SubjectKeyIdentifier>,
}

impl Signer<'_> {
    /// Whether `identifier` names this signer.
    pub fn is(&self, identifier: &SignerIdentifier) -> bool {
        match identifier {
            SignerIdentifier::IssuerAndSerialNumber(other) => self.name.issuer_and_serial == *other,
            SignerIdentifier::SubjectKeyIdentifier(other) => self.name.key_identifier.as_ref() == Some(other),
        }
    }
}

impl Identity {
    pub fn of(certificate: &Certificate) -> Result<Self, OpenError> {
        read(certificate).map(|certificate| Self::from(&certificate))
    }

    /// Whether `identifier` names this recipient.
    pub fn is(&self, identifier: &RecipientIdentifier) -> bool {
        match identifier {
            RecipientIdentifier::IssuerAndSerialNumber(other) => self.issuer_and_serial == *other,
            RecipientIdentifier::SubjectKeyIdentifier(other) => self.key_identifier.as_ref() == Some(other),
        }
    }
}

impl From<&x509_cert::Certificate> for Identity {
    fn from(certificate: &x509_cert::Certificate) -> Self {
        let certificate = certificate.tbs_certificate();
        let key_identifier = certificate.get_extension::<SubjectKeyIdentifier>().ok().flatten();
        Self {
            issuer_and_serial: IssuerAndSerialNumber {
                issuer: certificate.issuer().clone(),
                serial_number: certificate.serial_number().clone(),
            },
            key_identifier: key_identifier.map(|(_, identifier)| identifier),
        }
    }
}

/// Reads the certificates of the signers.
pub(super) fn signers<'a>(certificates: &[&'a Certificate]) -> Result<Vec<Signer<'a>>, OpenError> {
    certificates.iter().map(|certificate| signer(certificate)).collect()
}

fn signer(certificate: &Certificate) -> Result<Signer<'_>, OpenError> {
    let parsed = read(certificate)?;
    let public = parsed.tbs_certificate().subject_public_key_info();
    let key =
        rsa::PublicKey::try_from(public.owned_to_ref()).map_err(|_| OpenError::SignerKey(public.algorithm.oid))?;
    Ok(Signer {
        certificate,
        key,
        name: Identity::from(&parsed),
    })
}

fn read(certificate: &Certificate) -> Result<x509_cert::Certificate, OpenError> {
    x509_cert::Certificate::from_der(certificate.der()).map_err(OpenError::Certificate)
}
