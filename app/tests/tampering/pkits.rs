//! NIST's PKITS (Public Key Interoperability Test Suite, 2011), out of PyPI's cryptography-vectors.
//!
//! [`Chain`] takes only what [`app::pki`] issues, so that it has to refuse all of PKITS, its valid paths too: other names,
//! serial numbers, validities. That alone would also hold of a chain that looks at nothing but the shape. So what PKITS tests is
//! put into our shape as well: each extension, validity and name of its certificates into an otherwise honest chain, signed
//! anew.
//!
//! | PKITS | here |
//! | --- | --- |
//! | 4.1 signatures, 4.2 validity, 4.3 names, 4.6 basic constraints, 4.7 key usage, 4.13 name constraints | every path of three, and field by field in our shape |
//! | 4.5 self-issued certificates, 4.6 longer paths | no chain has four certificates: not expressible |
//! | 4.4, 4.14, 4.15 revocation | our certificates are not revoked: the paths of three are refused all the same |
//! | 4.8 to 4.12 policies | our certificates have none: any policy extension is one too many |
//! | 4.16 unknown extensions | an extension that the template does not have is refused, critical or not |

use std::{collections::BTreeMap, fs, path::Path, sync::LazyLock};

use const_oid::{AssociatedOid, ObjectIdentifier};
use der::Decode;
use x509_cert::ext::{
    Extension,
    pkix::{BasicConstraints, KeyUsage, NameConstraints, SubjectAltName},
};

use crate::{
    completion::{HONEST, accept, pending},
    refused,
    support::{
        forge::{Body, Signed, rsa_of},
        subject,
    },
};
use app::pki::{
    PkiError,
    certificate::Certificate,
    chain::Chain,
    error::{Check, Part},
    issuance::Answer,
    role::Role,
};

/// File names without their ending, and certificates in DER.
static PKITS: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/test-vectors/pkits");
    let files = fs::read_dir(folder).expect("scripts/need-test-tools brings PKITS");
    files
        .map(|file| file.unwrap().path())
        .map(|path| {
            (
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                fs::read(path).unwrap(),
            )
        })
        // Some have a date that is no DER, on purpose; `Certificate` does not read them either.
        .filter(|(_, der)| Signed::from_der(der).is_ok_and(|signed| signed.body.decode_as::<Body>().is_ok()))
        .collect()
});

const INTERMEDIATE: Part = Part::Certificate(Role::Intermediate);
const USER: Part = Part::Certificate(Role::User);

/// The distinct extensions of one kind.
fn extensions(oid: ObjectIdentifier) -> Vec<Extension> {
    let mut found = Vec::new();
    for der in PKITS.values() {
        let all = Body::of(der).extensions.unwrap_or_default();
        for extension in all.into_iter().filter(|extension| extension.extn_id == oid) {
            if !found.contains(&extension) {
                found.push(extension);
            }
        }
    }
    found
}

#[test]
fn no_path_of_pkits_is_a_chain() {
    let anchor = &PKITS["TrustAnchorRootCertificate"];
    let anchor_name = Body::of(anchor).subject;
    let authorities: Vec<_> = PKITS
        .iter()
        .filter(|(name, _)| name.ends_with("CACert") || name.contains("CA1Cert") || name.contains("CA2Cert"))
        .filter(|(_, der)| Body::of(der).issuer == anchor_name)
        .collect();
    let (mut valid, mut invalid, mut other_keys) = (0, 0, 0);
    for (name, end) in PKITS
        .iter()
        .filter(|(name, _)| name.starts_with("Valid") || name.starts_with("Invalid"))
    {
        let issuer = Body::of(end).issuer;
        for (_, authority) in authorities.iter().filter(|(_, der)| Body::of(der).subject == issuer) {
            let certificates = [
                Certificate::from_der(Role::Root, anchor),
                Certificate::from_der(Role::Intermediate, authority),
                Certificate::from_der(Role::User, end),
            ];
            // DSA, for example, or a date that DER does not have.
            let [Ok(root), Ok(intermediate), Ok(user)] = certificates else {
                other_keys += 1;
                continue;
            };
            assert!(Chain::verify(root, intermediate, user, &subject()).is_err(), "{name}");
            match name.starts_with("Valid") {
                true => valid += 1,
                false => invalid += 1,
            }
        }
    }
    println!("{valid} valid and {invalid} invalid paths of three refused, {other_keys} not even read");
    assert!(valid > 30 && invalid > 50, "{valid}, {invalid}, {other_keys}");
}

#[test]
fn name_and_basic_constraints_and_usages_of_pkits_are_not_ours() {
    for (oid, check, least) in [
        (NameConstraints::OID, Check::NameConstraints, 15),
        (BasicConstraints::OID, Check::BasicConstraints, 5),
        (KeyUsage::OID, Check::KeyUsage, 5),
    ] {
        let found = extensions(oid);
        assert!(found.len() >= least, "{} of {oid}", found.len());
        for other in found {
            let same = *Body::of(&HONEST.0.completion.intermediate).extension(oid) == other;
            let expected = (!same).then(|| refused(INTERMEDIATE, check));
            let seen = accept(|_, intermediate| *intermediate.extension(oid) = other.clone());
            assert_eq!(seen, expected, "{other:?}");
        }
    }
}

#[test]
fn every_other_extension_of_pkits_is_one_too_many() {
    let ours: Vec<_> = Body::of(&HONEST.0.completion.intermediate).extensions.unwrap();
    let mut others: Vec<Extension> = Vec::new();
    for der in PKITS.values() {
        let all = Body::of(der).extensions.unwrap_or_default();
        others.extend(
            all.into_iter()
                .filter(|other| ours.iter().all(|each| each.extn_id != other.extn_id)),
        );
    }
    others.sort_by_key(|extension| (extension.extn_id, extension.critical));
    others.dedup_by_key(|extension| (extension.extn_id, extension.critical));
    assert!(others.len() >= 5, "{}", others.len());
    for other in others {
        let seen = accept(|_, intermediate| intermediate.add(other.clone()));
        assert_eq!(
            seen,
            Some(refused(INTERMEDIATE, Check::UnexpectedExtension)),
            "{other:?}"
        );
    }
}

#[test]
fn validities_and_names_of_pkits_are_not_ours() {
    let mut seen = Vec::new();
    for (name, der) in PKITS.iter() {
        let body = Body::of(der);
        let key = (
            body.times.not_before.to_unix_duration(),
            body.times.not_after.to_unix_duration(),
        );
        if !seen.contains(&key) {
            seen.push(key);
            let refusal = accept(|_, intermediate| intermediate.times = body.times.clone());
            // A UTCTime after 2049 is no DER when it is written anew.
            let expected = [
                refused(INTERMEDIATE, Check::Validity),
                PkiError::Malformed(INTERMEDIATE),
            ];
            assert!(refusal.is_some_and(|refusal| expected.contains(&refusal)), "{name}");
        }
    }
    assert!(seen.len() >= 5, "{}", seen.len());
    for (name, der) in PKITS
        .iter()
        .filter(|(name, _)| name.contains("NameChaining") || name.contains("UID"))
    {
        let body = Body::of(der);
        let refusal = accept(|_, intermediate| intermediate.issuer = body.issuer.clone());
        assert_eq!(refusal, Some(refused(INTERMEDIATE, Check::Issuer)), "{name}");
    }
}

/// PKITS 4.13 has an address, DNS name or URI in each of these; ours is another address.
#[test]
fn alternative_names_of_pkits_are_not_ours() {
    let (honest, _) = &*HONEST;
    let names = extensions(SubjectAltName::OID);
    assert!(names.len() >= 8, "{}", names.len());
    let intermediate_key = rsa_of(&honest.intermediate);
    for name in names {
        let mut user = Body::of(&honest.answer.user_certificate);
        *user.extension(SubjectAltName::OID) = name.clone();
        let answer = Answer {
            user_certificate: user.signed(&intermediate_key),
            ..honest.answer.clone()
        };
        let seen = pending(&honest.intermediate, &answer).accept(&subject(), &honest.completion);
        assert_eq!(seen.err(), Some(refused(USER, Check::SubjectAltName)), "{name:?}");
    }
}
