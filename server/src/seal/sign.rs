//! multipart/signed (RFC 8551 §3.5.3) with a detached CMS SignedData (RFC 5652 §5) by the contact's correspondent
//! certificate.

use app::pki::{certificate::Certificate, chain::Chain};
use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeyPair,
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use cms::{
    builder::{SignedDataBuilder, SignerInfoBuilder},
    cert::{CertificateChoices, IssuerAndSerialNumber},
    signed_data::{EncapsulatedContentInfo, SignerIdentifier},
};
use const_oid::db::{
    rfc5911::{ID_AES_128_CBC, ID_AES_256_CBC, ID_DATA, ID_SIGNING_TIME},
    rfc5912::{ID_SHA_256, SHA_256_WITH_RSA_ENCRYPTION},
};
use der::{
    Any, Decode, Encode, Sequence,
    asn1::{BitString, Null, ObjectIdentifier, SetOfVec, UtcTime},
};
use rand_core::CryptoRng;
use rsa::pkcs1::DecodeRsaPublicKey;
use sha2::{Digest, Sha256};
use spki::{AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, SignatureBitStringEncoding};
use time::OffsetDateTime;
use x509_cert::attr::Attribute;
use zeroize::Zeroizing;

use super::SealError;

/// smimeCapabilities (RFC 8551 §2.5.2).
const SMIME_CAPABILITIES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.15");

/// Characters in a line of base64 (RFC 2045 §6.8).
const LINE: usize = 76;

/// A contact's certificate with the chain above it and its key, ready to sign.
pub struct Signer {
    certificate: x509_cert::Certificate,
    above: [x509_cert::Certificate; 2],
    key: RsaKey,
}

/// A whole multipart/signed entity: header, signed part, signature. Plaintext, so it is wiped.
pub struct Signed(Zeroizing<Vec<u8>>);

impl Signed {
    /// The entity.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Signer {
    /// Takes certificate, chain and the PKCS#8 key, which must belong together.
    pub fn new(certificate: &Certificate, chain: &Chain, pkcs8: &[u8]) -> Result<Self, SealError> {
        let read = |certificate: &Certificate| x509_cert::Certificate::from_der(certificate.der());
        let certificate = read(certificate)?;
        let key = RsaKey::new(pkcs8)?;
        let certified = certificate
            .tbs_certificate()
            .subject_public_key_info()
            .subject_public_key
            .raw_bytes();
        if certified != key.0.public_key().as_ref() {
            return Err(SealError::Key);
        }
        Ok(Self {
            certificate,
            above: [read(chain.intermediate())?, read(chain.root())?],
            key,
        })
    }

    /// Signs an entity, which stays as it is, octet for octet.
    pub fn sign(&self, entity: &[u8], now: OffsetDateTime, rng: &mut impl CryptoRng) -> Result<Signed, SealError> {
        let signature = STANDARD.encode(self.signature(entity, now)?);
        let boundary = boundary(entity, rng);
        let mut signed = Zeroizing::new(Vec::with_capacity(entity.len() + signature.len() * 2 + 1024));
        let mut put = |part: &[u8]| signed.extend_from_slice(part);
        put(format!(
            "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n micalg=sha-256; \
                 boundary=\"{boundary}\"\r\n\r\nThis is an S/MIME signed message\r\n\r\n--{boundary}\r\n"
        )
        .as_bytes());
        put(entity);
        put(format!(
            "\r\n--{boundary}\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
             Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n"
        )
        .as_bytes());
        for line in signature.as_bytes().chunks(LINE) {
            put(line);
            put(b"\r\n");
        }
        put(format!("--{boundary}--\r\n").as_bytes());
        Ok(Signed(signed))
    }

    /// The SignedData, DER.
    fn signature(&self, entity: &[u8], now: OffsetDateTime) -> Result<Vec<u8>, SealError> {
        let content = EncapsulatedContentInfo {
            econtent_type: ID_DATA,
            econtent: None,
        };
        let body = self.certificate.tbs_certificate();
        let sid = SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: body.issuer().clone(),
            serial_number: body.serial_number().clone(),
        });
        let sha256 = AlgorithmIdentifierOwned {
            oid: ID_SHA_256,
            parameters: None,
        };
        let digest = Sha256::digest(entity);
        let mut info = SignerInfoBuilder::new(sid, sha256.clone(), &content, Some(&digest)).map_err(signing)?;
        info.add_signed_attribute(signing_time(now)?).map_err(signing)?;
        info.add_signed_attribute(capabilities()?).map_err(signing)?;
        let mut builder = SignedDataBuilder::new(&content);
        builder.add_digest_algorithm(sha256).map_err(signing)?;
        for certificate in [&self.certificate].into_iter().chain(&self.above) {
            builder
                .add_certificate(CertificateChoices::Certificate(certificate.clone()))
                .map_err(signing)?;
        }
        builder
            .add_signer_info::<RsaKey, RsaSignature>(info, &self.key)
            .map_err(signing)?;
        Ok(builder.build().map_err(signing)?.to_der()?)
    }
}

fn signing<E>(_: E) -> SealError {
    SealError::Signing
}

/// RFC 5652 §11.3: UTCTime up to 2049.
fn signing_time(now: OffsetDateTime) -> Result<Attribute, SealError> {
    let seconds = u64::try_from(now.unix_timestamp()).unwrap_or_default();
    let since = core::time::Duration::from_secs(seconds);
    let time = match UtcTime::from_unix_duration(since) {
        Ok(time) => Any::encode_from(&time)?,
        Err(_) => Any::encode_from(&der::asn1::GeneralizedTime::from_unix_duration(since)?)?,
    };
    attribute(ID_SIGNING_TIME, time)
}

#[derive(Sequence)]
struct Capability {
    algorithm: ObjectIdentifier,
}

/// What an answer may be encrypted with, best first.
fn capabilities() -> Result<Attribute, SealError> {
    let list: Vec<_> = [ID_AES_256_CBC, ID_AES_128_CBC]
        .into_iter()
        .map(|algorithm| Capability { algorithm })
        .collect();
    attribute(SMIME_CAPABILITIES, Any::from_der(&list.to_der()?)?)
}

fn attribute(oid: ObjectIdentifier, value: Any) -> Result<Attribute, SealError> {
    let mut values = SetOfVec::new();
    values.insert(value)?;
    Ok(Attribute { oid, values })
}

/// A boundary that does not stand in the entity (RFC 2046 §5.1.1).
fn boundary(entity: &[u8], rng: &mut impl CryptoRng) -> String {
    loop {
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        let boundary = format!("sealpost-{}", hex::encode(random));
        if !contains(entity, boundary.as_bytes()) {
            return boundary;
        }
    }
}

fn contains(entity: &[u8], boundary: &[u8]) -> bool {
    // Only a line that starts with two hyphens can be one.
    entity
        .split(|&octet| octet == b'\n')
        .any(|line| line.strip_prefix(b"--").is_some_and(|rest| rest.starts_with(boundary)))
}

/// An RSA key in aws-lc-rs, which signs seven times as fast as the pure Rust one, behind the traits that cms takes.
struct RsaKey(KeyPair);

impl RsaKey {
    fn new(pkcs8: &[u8]) -> Result<Self, SealError> {
        KeyPair::from_pkcs8(pkcs8).map(Self).map_err(|_| SealError::Key)
    }
}

impl signature::Signer<RsaSignature> for RsaKey {
    fn try_sign(&self, message: &[u8]) -> Result<RsaSignature, signature::Error> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| signature::Error::new())?;
        Ok(RsaSignature(signature))
    }
}

impl signature::Keypair for RsaKey {
    type VerifyingKey = VerifyingKey;

    fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.public_key().as_ref().to_vec())
    }
}

impl DynSignatureAlgorithmIdentifier for RsaKey {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        Ok(AlgorithmIdentifierOwned {
            oid: SHA_256_WITH_RSA_ENCRYPTION,
            parameters: Some(Any::from(Null)),
        })
    }
}

/// The public half, PKCS#1 DER; cms asks for it in its bounds.
#[derive(Clone)]
struct VerifyingKey(Vec<u8>);

impl spki::EncodePublicKey for VerifyingKey {
    fn to_public_key_der(&self) -> spki::Result<der::Document> {
        let key = rsa::PublicKey::from_pkcs1_der(&self.0).map_err(|_| spki::Error::KeyMalformed)?;
        key.to_public_key_der()
    }
}

struct RsaSignature(Vec<u8>);

impl SignatureBitStringEncoding for RsaSignature {
    fn to_bitstring(&self) -> der::Result<BitString> {
        BitString::from_bytes(&self.0)
    }
}
