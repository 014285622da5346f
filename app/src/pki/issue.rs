//! Writes certificates and requests. rcgen encodes what [`super::template`] defines, and adds nothing.

use rand_core::CryptoRng;
use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, DnType, IsCa, Issuer, KeyIdMethod, SerialNumber, SigningKey,
};
use x509_cert::ext::Extension;

use super::{
    certificate::Certificate,
    error::{Operation, PkiError},
    key::PublicKey,
    name::Subject,
    template::{Template, requested},
    validity::Validity,
};

/// Octets of a serial number: 128 random bits, and a first octet that makes it positive and of one length.
pub(super) const SERIAL_OCTETS: usize = 17;

/// Creates and signs one certificate. `issuer_name` is the issuer's common name, which is the root's own for a root.
/// `issuer` is the issuer's public and private key.
pub(super) fn certificate(
    template: &Template<'_>,
    key: &PublicKey,
    issuer_name: String,
    issuer: (&PublicKey, &impl SigningKey),
    validity: Validity,
    rng: &mut impl CryptoRng,
) -> Result<Certificate, PkiError> {
    let (issuer_key, issuer) = issuer;
    let extensions = template.extensions(key, issuer_key)?;
    let mut params = params(template.common_name(key), &extensions);
    params.not_before = validity.not_before;
    params.not_after = validity.not_after;
    params.serial_number = Some(serial(rng));
    let mut above = CertificateParams::default();
    above.distinguished_name = distinguished_name(issuer_name);
    let signed = params
        .signed_by(key, &Issuer::new(above, issuer))
        .map_err(|_| PkiError::Operation(Operation::Signing))?;
    Certificate::from_der(template.role(), signed.der())
}

/// Creates a PKCS#10 request (RFC 2986), signed by its own key.
pub(super) fn request(template: &Template<'_>, public: &PublicKey, key: &impl SigningKey) -> Result<Vec<u8>, PkiError> {
    let names = match template {
        Template::User(Subject { mailbox, .. }) => vec![requested(mailbox)?],
        _ => Vec::new(),
    };
    params(template.common_name(public), &names)
        .serialize_request(key)
        .map(|request| request.der().to_vec())
        .map_err(|_| PkiError::Operation(Operation::Signing))
}

/// Sets every field of rcgen's parameters, because its defaults would be wrong: names, dates and an empty key id.
fn params(common_name: String, extensions: &[Extension]) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = distinguished_name(common_name);
    params.is_ca = IsCa::NoCa;
    params.use_authority_key_identifier_extension = false;
    params.key_identifier_method = KeyIdMethod::PreSpecified(Vec::new());
    params.custom_extensions = extensions.iter().map(custom).collect();
    params
}

fn custom(extension: &Extension) -> CustomExtension {
    let arcs: Vec<u64> = extension.extn_id.arcs().map(u64::from).collect();
    let mut custom = CustomExtension::from_oid_content(&arcs, extension.extn_value.as_bytes().to_vec());
    custom.set_criticality(extension.critical);
    custom
}

fn distinguished_name(common_name: String) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

/// RFC 5280 §4.1.2.2: positive, at most 20 octets, unpredictable.
fn serial(rng: &mut impl CryptoRng) -> SerialNumber {
    let mut octets = [0; SERIAL_OCTETS];
    rng.fill_bytes(&mut octets[1..]);
    octets[0] = 1;
    SerialNumber::from_slice(&octets)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;
    use rand_core::{TryCryptoRng, TryRng};

    use super::*;

    /// Returns the octets that a property test chose.
    struct Chosen([u8; 16]);

    impl TryRng for Chosen {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            Ok(0)
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            Ok(0)
        }

        fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), Infallible> {
            octets.copy_from_slice(&self.0[..octets.len()]);
            Ok(())
        }
    }

    impl TryCryptoRng for Chosen {}

    proptest! {
        #[test]
        fn serials_are_positive_and_hold_all_128_bits(chosen: [u8; 16]) {
            let serial = serial(&mut Chosen(chosen)).to_bytes();
            prop_assert!(serial.len() <= 20);
            prop_assert!((1..0x80).contains(&serial[0]));
            prop_assert_eq!(&serial[1..], &chosen);
        }
    }
}
