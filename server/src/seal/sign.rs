//! Signs a MIME entity as multipart/signed (RFC 1847, RFC 8551 §3.5.3) and keeps its bytes unchanged.

use std::{sync::Arc, time::Duration};

use app::{
    pki::{certificate::Certificate, chain::Chain},
    profile::Cipher,
};
use aws_lc_rs::digest::{SHA256, digest};
use cms::{
    builder::{SignedDataBuilder, SignerInfoBuilder},
    cert::{CertificateChoices, IssuerAndSerialNumber},
    signed_data::{EncapsulatedContentInfo, SignerIdentifier},
};
use const_oid::db::{
    rfc5911::{ID_AES_128_CBC, ID_AES_256_CBC, ID_AES_256_GCM, ID_DATA, ID_SIGNING_TIME, SMIME_CAPABILITIES},
    rfc5912::ID_SHA_256,
};
use der::{Any, DateTime, Decode, Encode, asn1::SetOfVec};
use rand_core::CryptoRng;
use spki::AlgorithmIdentifierOwned;
use time::OffsetDateTime;
use x509_cert::{attr::Attribute, time::Time};
use zeroize::Zeroizing;

use super::{
    SealError,
    rsa_key::{Signature, SigningKey},
};
use crate::mail::mime;

/// Room for two headers, three boundaries, one signature and padding. The certificates need extra room.
const AROUND: usize = 16 * 1024;

/// A contact certificate with its key, and the certificates above it. Clones share them.
#[derive(Clone)]
pub struct Signer {
    key: Arc<SigningKey>,
    certificates: Arc<[x509_cert::Certificate]>,
    others: Vec<x509_cert::Certificate>,
}

/// A signed message: Content-Type multipart/signed and its body. It is plaintext, so it is wiped when dropped.
pub struct Signed(Zeroizing<Vec<u8>>);

impl Signer {
    /// Takes the contact certificate, the profile's chain, and the contact key as PKCS#8 DER. Fails if the key does not
    /// belong to the certificate.
    pub fn new(certificate: &Certificate, chain: &Chain, key: &[u8]) -> Result<Self, SealError> {
        let read = |certificate: &Certificate| x509_cert::Certificate::from_der(certificate.der());
        let own = read(certificate)?;
        let key = SigningKey::new(key, own.tbs_certificate().subject_public_key_info())?;
        let certificates = [own, read(chain.intermediate())?, read(chain.root())?];
        Ok(Self {
            key: Arc::new(key),
            certificates: Arc::new(certificates),
            others: Vec::new(),
        })
    }

    /// Adds the certificates of other contacts of the chain. Mail clients that read the signature can then encrypt to
    /// them as well (RFC 8551 §2.3).
    pub fn beside(mut self, others: &[Certificate]) -> Result<Self, SealError> {
        for other in others {
            self.others.push(x509_cert::Certificate::from_der(other.der())?);
        }
        Ok(self)
    }

    /// Signs a MIME entity, header and body. The signature states `signing_time`, and the ciphers that an answer may
    /// use to a client that reads `cipher`.
    pub fn sign(
        &self,
        entity: &[u8],
        cipher: Cipher,
        signing_time: Option<OffsetDateTime>,
        rng: &mut impl CryptoRng,
    ) -> Result<Signed, SealError> {
        let signature = self.signed_data(digest(&SHA256, entity).as_ref(), cipher, signing_time)?;
        let boundary = mime::boundary(entity, rng);
        let mut signed = Zeroizing::new(Vec::with_capacity(entity.len() + signature.len() / 2 * 3 + AROUND));
        signed.extend_from_slice(
            format!(
                "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n\
                 \tmicalg=sha-256; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n"
            )
            .as_bytes(),
        );
        signed.extend_from_slice(entity);
        signed.extend_from_slice(
            format!(
                "\r\n--{boundary}\r\n\
                 Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
                 Content-Transfer-Encoding: base64\r\n\
                 Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n"
            )
            .as_bytes(),
        );
        mime::push_base64(&signature, &mut signed);
        signed.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Ok(Signed(signed))
    }

    /// Builds a detached SignedData (RFC 5652 §5) in DER.
    fn signed_data(
        &self,
        message_digest: &[u8],
        cipher: Cipher,
        time: Option<OffsetDateTime>,
    ) -> Result<Vec<u8>, SealError> {
        // RFC 5754 §2: the parameters of SHA-256 are absent.
        let sha256 = algorithm(ID_SHA_256);
        let content = EncapsulatedContentInfo {
            econtent_type: ID_DATA,
            econtent: None,
        };
        let certificate = self.certificates[0].tbs_certificate();
        let signer = SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: certificate.issuer().clone(),
            serial_number: certificate.serial_number().clone(),
        });
        let mut signer_info = SignerInfoBuilder::new(signer, sha256.clone(), &content, Some(message_digest))?;
        if let Some(time) = time {
            signer_info.add_signed_attribute(signing_time(time)?)?;
        }
        signer_info.add_signed_attribute(capabilities(cipher)?)?;
        let mut signed_data = SignedDataBuilder::new(&content);
        signed_data.add_digest_algorithm(sha256)?;
        for certificate in self.certificates.iter().chain(&self.others) {
            signed_data.add_certificate(CertificateChoices::Certificate(certificate.clone()))?;
        }
        signed_data.add_signer_info::<_, Signature>(signer_info, &*self.key)?;
        Ok(signed_data.build()?.to_der()?)
    }
}

impl Signed {
    /// Returns the message for reading.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the message for encryption in place.
    pub(super) fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}

/// RFC 8551 §2.5.1.
fn signing_time(now: OffsetDateTime) -> der::Result<Attribute> {
    let since_epoch = Duration::from_secs(u64::try_from(now.unix_timestamp()).unwrap_or_default());
    let time = Time::from(DateTime::from_unix_duration(since_epoch)?);
    attribute(ID_SIGNING_TIME, Any::encode_from(&time)?)
}

/// RFC 8551 §2.5.2: the ciphers that an answer may use, preferred first. [`super::open`] reads GCM from everybody. The
/// list announces it only for people who chose it, because some clients then use a form that other clients of the same
/// person cannot read.
fn capabilities(cipher: Cipher) -> der::Result<Attribute> {
    let compatible = [ID_AES_256_CBC, ID_AES_128_CBC];
    let capabilities: Vec<_> = match cipher {
        Cipher::Compatible => compatible.map(algorithm).into(),
        Cipher::Modern => [ID_AES_256_GCM].into_iter().chain(compatible).map(algorithm).collect(),
    };
    attribute(SMIME_CAPABILITIES, Any::encode_from(&capabilities)?)
}

fn attribute(oid: const_oid::ObjectIdentifier, value: Any) -> der::Result<Attribute> {
    let values = SetOfVec::try_from([value])?;
    Ok(Attribute { oid, values })
}

fn algorithm(oid: const_oid::ObjectIdentifier) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid, parameters: None }
}
