//! Compares a certificate or request with its template: every field, and nothing else.

use const_oid::{
    AssociatedOid, ObjectIdentifier,
    db::{rfc4519::CN, rfc5912::SHA_256_WITH_RSA_ENCRYPTION},
};
use der::{Decode, Encode, Tagged, asn1::AnyRef};
use x509_cert::{
    certificate::Version,
    ext::{
        Extension,
        pkix::{
            AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, NameConstraints, SubjectAltName,
            SubjectKeyIdentifier,
        },
    },
    name::Name,
    request::{CertReq, ExtensionReq},
    spki::AlgorithmIdentifierOwned,
};

use super::{
    certificate::Certificate,
    error::{Check, Part, PkiError},
    issue::SERIAL_OCTETS,
    key::PublicKey,
    template::Template,
};

pub(super) fn refused(part: Part, check: Check) -> PkiError {
    PkiError::Refused { part, check }
}

/// Checks a certificate against its template and the key and common name of its issuer.
pub(super) fn fits(
    certificate: &Certificate,
    template: &Template<'_>,
    issuer: &PublicKey,
    issuer_name: &str,
) -> Result<(), PkiError> {
    let part = Part::Certificate(template.role());
    let demand = |holds: bool, check| if holds { Ok(()) } else { Err(refused(part, check)) };
    let parsed = certificate.parsed();
    let body = parsed.tbs_certificate();
    demand(body.version() == Version::V3, Check::Version)?;
    demand(
        sha256_with_rsa(parsed.signature_algorithm()) && sha256_with_rsa(body.signature()),
        Check::SignatureAlgorithm,
    )?;
    let signed = body.to_der().map_err(|_| PkiError::Malformed(part))?;
    let signature = parsed.signature().as_bytes().unwrap_or_default();
    demand(issuer.verifies(&signed, signature), Check::Signature)?;
    demand(serial_is_ours(body.serial_number().as_bytes()), Check::Serial)?;
    demand(
        is_named(body.subject(), &template.common_name(certificate.key())),
        Check::Subject,
    )?;
    demand(is_named(body.issuer(), issuer_name), Check::Issuer)?;
    demand(certificate.not_before() < certificate.not_after(), Check::Validity)?;
    demand(
        body.issuer_unique_id().is_none() && body.subject_unique_id().is_none(),
        Check::UnexpectedExtension,
    )?;
    let expected = template.extensions(certificate.key(), issuer)?;
    let found = body.extensions().map(Vec::as_slice).unwrap_or_default();
    same_extensions(&expected, found).map_err(|check| refused(part, check))
}

/// Checks a request against its template: proof of possession, name and requested address. Returns its key.
pub(super) fn requests(
    part: Part,
    der: &[u8],
    template: &Template<'_>,
    asked_for: &[Extension],
) -> Result<PublicKey, PkiError> {
    let malformed = |_| PkiError::Malformed(part);
    let demand = |holds: bool, check| if holds { Ok(()) } else { Err(refused(part, check)) };
    let request = CertReq::from_der(der).map_err(malformed)?;
    if request.to_der().map_err(malformed)? != der {
        return Err(PkiError::Malformed(part));
    }
    let spki = request.info.public_key.to_der().map_err(malformed)?;
    let key = PublicKey::from_spki(&spki).ok_or(refused(part, Check::PublicKey))?;
    demand(sha256_with_rsa(&request.algorithm), Check::SignatureAlgorithm)?;
    let signed = request.info.to_der().map_err(malformed)?;
    let signature = request.signature.as_bytes().unwrap_or_default();
    demand(key.verifies(&signed, signature), Check::Signature)?;
    demand(
        is_named(&request.info.subject, &template.common_name(&key)),
        Check::Subject,
    )?;
    let mut found = Vec::new();
    for attribute in request.info.attributes.iter() {
        demand(attribute.oid == ExtensionReq::OID, Check::UnexpectedExtension)?;
        for value in attribute.values.iter() {
            let value = value.to_der().map_err(malformed)?;
            found.extend(ExtensionReq::from_der(&value).map_err(malformed)?.0);
        }
    }
    same_extensions(asked_for, &found).map_err(|check| refused(part, check))?;
    Ok(key)
}

/// Whether two lists hold the same extensions in any order. Each may occur only once (RFC 5280 §4.2).
fn same_extensions(expected: &[Extension], found: &[Extension]) -> Result<(), Check> {
    for each in expected {
        let mut same = found.iter().filter(|other| other.extn_id == each.extn_id);
        if same.next() != Some(each) || same.next().is_some() {
            return Err(check(each.extn_id));
        }
    }
    if found.len() == expected.len() {
        Ok(())
    } else {
        Err(Check::UnexpectedExtension)
    }
}

/// The check that a difference in this extension fails.
fn check(extension: ObjectIdentifier) -> Check {
    match extension {
        BasicConstraints::OID => Check::BasicConstraints,
        KeyUsage::OID => Check::KeyUsage,
        ExtendedKeyUsage::OID => Check::ExtendedKeyUsage,
        NameConstraints::OID => Check::NameConstraints,
        SubjectAltName::OID => Check::SubjectAltName,
        SubjectKeyIdentifier::OID | AuthorityKeyIdentifier::OID => Check::KeyIdentifier,
        _ => Check::UnexpectedExtension,
    }
}

fn sha256_with_rsa(algorithm: &AlgorithmIdentifierOwned) -> bool {
    // RFC 4055 §5: the parameters are NULL.
    algorithm.oid == SHA_256_WITH_RSA_ENCRYPTION
        && algorithm.parameters.as_ref().map(AnyRef::from) == Some(AnyRef::NULL)
}

/// RFC 5280 §4.1.2.2, with the number of octets that ours have.
fn serial_is_ours(octets: &[u8]) -> bool {
    octets.len() == SERIAL_OCTETS && octets[0] == 1
}

/// Whether a name is exactly this common name as a UTF8String.
fn is_named(name: &Name, common_name: &str) -> bool {
    let mut attributes = name.iter();
    match (attributes.next(), attributes.next()) {
        (Some(only), None) => {
            only.oid == CN
                && Tagged::tag(&only.value) == der::Tag::Utf8String
                && only.value.value() == common_name.as_bytes()
        }
        _ => false,
    }
}
