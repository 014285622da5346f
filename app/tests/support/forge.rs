//! Certificates and requests taken apart, changed in one place and signed again, as somebody with a key could.

use const_oid::{AssociatedOid, ObjectIdentifier, db::rfc5912};
use der::{
    Any, Decode, Encode, Sequence,
    asn1::{BitString, Int, Null, OctetString},
};
use rsa::{
    PrivateKey,
    pkcs1v15::SigningKey,
    pkcs8::{DecodePrivateKey, EncodePublicKey},
};
use sha1::{Digest, Sha1};
use signature::{SignatureEncoding, Signer};
use x509_cert::{
    ext::{Extension, Extensions, pkix::SubjectKeyIdentifier},
    name::Name,
    request::{CertReqInfo, ExtensionReq},
    spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned},
    time::Time,
};

use app::pki::key::IntermediateKey;

use super::rng;

#[derive(Clone, Sequence)]
pub struct Times {
    pub not_before: Time,
    pub not_after: Time,
}

/// TBSCertificate (RFC 5280 §4.1) without any check.
#[derive(Clone, Sequence)]
pub struct Body {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub version: Option<u8>,
    pub serial: Int,
    pub signature: AlgorithmIdentifierOwned,
    pub issuer: Name,
    pub times: Times,
    pub subject: Name,
    pub spki: SubjectPublicKeyInfoOwned,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub issuer_unique_id: Option<BitString>,
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", optional = "true")]
    pub subject_unique_id: Option<BitString>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    pub extensions: Option<Extensions>,
}

/// What X.509 and PKCS#10 have in common: something, and a signature over it.
#[derive(Clone, Sequence)]
pub struct Signed {
    pub body: Any,
    pub algorithm: AlgorithmIdentifierOwned,
    pub signature: BitString,
}

impl Body {
    pub fn of(certificate: &[u8]) -> Self {
        Signed::from_der(certificate).unwrap().body.decode_as().unwrap()
    }

    pub fn signed(&self, key: &PrivateKey) -> Vec<u8> {
        sign(self, key)
    }

    /// Replaces an extension in its place.
    pub fn set<T: AssociatedOid + Encode>(&mut self, critical: bool, value: &T) {
        let new = extension(T::OID, critical, value);
        *self.extension(T::OID) = new;
    }

    /// Adds an extension behind the others.
    pub fn add(&mut self, extension: Extension) {
        self.extensions.get_or_insert_default().push(extension);
    }

    pub fn without(&mut self, oid: ObjectIdentifier) {
        let list = self.extensions.get_or_insert_default();
        let before = list.len();
        list.retain(|extension| extension.extn_id != oid);
        assert_eq!(list.len() + 1, before, "there was no {oid}");
    }

    pub fn extension(&mut self, oid: ObjectIdentifier) -> &mut Extension {
        let list = self.extensions.get_or_insert_default();
        list.iter_mut().find(|extension| extension.extn_id == oid).unwrap()
    }

    /// Puts another key in, with the key identifier that belongs to it.
    pub fn rekey(&mut self, key: &PrivateKey) {
        self.spki = spki(key);
        self.set(false, &SubjectKeyIdentifier(octets(&identifier(key))));
    }
}

/// A request, changed and signed again.
pub fn forged_request(der: &[u8], key: &PrivateKey, change: impl FnOnce(&mut CertReqInfo)) -> Vec<u8> {
    let mut info: CertReqInfo = Signed::from_der(der).unwrap().body.decode_as().unwrap();
    info.public_key = spki(key);
    change(&mut info);
    sign(&info, key)
}

/// Sets what a request asks for.
pub fn ask_for(info: &mut CertReqInfo, extensions: Vec<Extension>) {
    let attribute = x509_cert::attr::Attribute {
        oid: ExtensionReq::OID,
        values: vec![Any::encode_from(&extensions).unwrap()].try_into().unwrap(),
    };
    info.attributes = vec![attribute].try_into().unwrap();
}

/// Signs with sha256WithRSAEncryption.
pub fn sign(body: &impl Encode, key: &PrivateKey) -> Vec<u8> {
    let algorithm = algorithm(rfc5912::SHA_256_WITH_RSA_ENCRYPTION);
    let signature = SigningKey::<sha2::Sha256>::new(key.clone()).sign(&body.to_der().unwrap());
    assemble(body, algorithm, &signature.to_bytes())
}

/// Signs with sha384WithRSAEncryption: strong, and not what was agreed.
pub fn sign_with_sha384(body: &impl Encode, key: &PrivateKey) -> Vec<u8> {
    let algorithm = algorithm(rfc5912::SHA_384_WITH_RSA_ENCRYPTION);
    let signature = SigningKey::<sha2::Sha384>::new(key.clone()).sign(&body.to_der().unwrap());
    assemble(body, algorithm, &signature.to_bytes())
}

fn assemble(body: &impl Encode, algorithm: AlgorithmIdentifierOwned, signature: &[u8]) -> Vec<u8> {
    let signed = Signed {
        body: Any::from_der(&body.to_der().unwrap()).unwrap(),
        algorithm,
        signature: BitString::from_bytes(signature).unwrap(),
    };
    signed.to_der().unwrap()
}

/// One bit of the signature turned.
pub fn with_broken_signature(der: &[u8]) -> Vec<u8> {
    let mut der = der.to_vec();
    *der.last_mut().unwrap() ^= 1;
    der
}

/// Another algorithm named outside of what is signed.
pub fn relabelled_algorithm(der: &[u8], oid: ObjectIdentifier) -> Vec<u8> {
    let mut signed = Signed::from_der(der).unwrap();
    signed.algorithm = algorithm(oid);
    signed.to_der().unwrap()
}

pub fn algorithm(oid: ObjectIdentifier) -> AlgorithmIdentifierOwned {
    let parameters = Some(Null.into());
    AlgorithmIdentifierOwned { oid, parameters }
}

pub fn extension(oid: ObjectIdentifier, critical: bool, value: &impl Encode) -> Extension {
    Extension {
        extn_id: oid,
        critical,
        extn_value: octets(&value.to_der().unwrap()),
    }
}

pub fn octets(bytes: &[u8]) -> OctetString {
    OctetString::new(bytes).unwrap()
}

pub fn rsa_key(bits: usize) -> PrivateKey {
    PrivateKey::new(&mut rng(), bits).unwrap()
}

pub fn rsa_of(key: &IntermediateKey) -> PrivateKey {
    PrivateKey::from_pkcs8_der(&key.to_pkcs8().unwrap()).unwrap()
}

pub fn spki(key: &PrivateKey) -> SubjectPublicKeyInfoOwned {
    let der = key.to_public_key().to_public_key_der().unwrap();
    SubjectPublicKeyInfoOwned::from_der(der.as_bytes()).unwrap()
}

/// SHA-1 of the key's bits (RFC 5280 §4.2.1.2 (1)).
pub fn identifier(key: &PrivateKey) -> [u8; 20] {
    Sha1::digest(spki(key).subject_public_key.as_bytes().unwrap()).into()
}

/// The key's part of an authority's name.
pub fn short_identifier(key: &PrivateKey) -> String {
    hex::encode(&identifier(key)[..4])
}

/// A name with one part of it exchanged for another of the same length.
pub fn renamed(name: &Name, from: &str, to: &str) -> Name {
    let mut der = name.to_der().unwrap();
    let at = der
        .windows(from.len())
        .position(|part| part == from.as_bytes())
        .unwrap();
    der[at..at + from.len()].copy_from_slice(to.as_bytes());
    Name::from_der(&der).unwrap()
}

/// A subjectPublicKeyInfo of an elliptic curve.
pub fn elliptic_spki() -> SubjectPublicKeyInfoOwned {
    let mut point = vec![4];
    point.extend(hex::decode("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296").unwrap());
    point.extend(hex::decode("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5").unwrap());
    SubjectPublicKeyInfoOwned {
        algorithm: AlgorithmIdentifierOwned {
            oid: rfc5912::ID_EC_PUBLIC_KEY,
            parameters: Some(Any::encode_from(&rfc5912::SECP_256_R_1).unwrap()),
        },
        subject_public_key: BitString::from_bytes(&point).unwrap(),
    }
}
