//! Signs a MIME entity as multipart/signed (RFC 1847, RFC 8551 §3.5.3) and keeps its bytes unchanged.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use app::{
    pki::{certificate::Certificate, chain::Chain},
    profile::Cipher,
};
use aws_lc_rs::digest::{SHA256, digest};
use cms::{
    cert::IssuerAndSerialNumber,
    content_info::{CmsVersion, ContentInfo},
    signed_data::{EncapsulatedContentInfo, SignerIdentifier, SignerInfo},
};
use const_oid::db::{
    rfc5911::{
        ID_AES_128_CBC, ID_AES_256_CBC, ID_AES_256_GCM, ID_CONTENT_TYPE, ID_DATA, ID_MESSAGE_DIGEST, ID_SIGNED_DATA,
        ID_SIGNING_TIME, SMIME_CAPABILITIES,
    },
    rfc5912::{ID_SHA_256, RSA_ENCRYPTION},
};
use der::{
    Any, AnyRef, DateTime, Decode, Encode, Sequence, Tag, TagNumber,
    asn1::{OctetString, SetOfVec},
};
use rand_core::CryptoRng;
use spki::AlgorithmIdentifierOwned;
use time::OffsetDateTime;
use x509_cert::{attr::Attribute, time::Time};
use zeroize::Zeroizing;

use super::{SealError, rsa_key::SigningKey};
use crate::mail::mime;

/// Octets by which encryption makes the message longer: a block of the cipher.
const PADDING: usize = 16;

/// A contact certificate with its key, and the certificates above it. Clones share them.
#[derive(Clone)]
pub struct Signer {
    own: Arc<Own>,
    others: Vec<Vec<u8>>,
}

/// The parts of a signature that are the same for all messages. The certificates are in DER, so that no message needs
/// to encode them.
struct Own {
    key: SigningKey,
    identifier: SignerIdentifier,
    certificates: [Vec<u8>; 3],
}

/// SignedData (RFC 5652 §5.1) around certificates that are encoded already. The type of the `cms` crate would encode
/// them anew for every message.
#[derive(Sequence)]
struct SignedData<'a> {
    version: CmsVersion,
    digest_algorithms: SetOfVec<AlgorithmIdentifierOwned>,
    encap_content_info: EncapsulatedContentInfo,
    /// `certificates [0] IMPLICIT CertificateSet`.
    certificates: AnyRef<'a>,
    signer_infos: SetOfVec<SignerInfo>,
}

/// A signed message: Content-Type multipart/signed and its body. It is plaintext, so it is wiped when dropped.
pub struct Signed(Zeroizing<Vec<u8>>);

impl Signer {
    /// Takes the contact certificate, the profile's chain, and the contact key as PKCS#8 DER. Fails if the key does not
    /// belong to the certificate.
    pub fn new(certificate: &Certificate, chain: &Chain, key: &[u8]) -> Result<Self, SealError> {
        let parsed = x509_cert::Certificate::from_der(certificate.der())?;
        let fields = parsed.tbs_certificate();
        let own = Own {
            key: SigningKey::new(key, fields.subject_public_key_info())?,
            identifier: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
                issuer: fields.issuer().clone(),
                serial_number: fields.serial_number().clone(),
            }),
            certificates: [certificate, chain.intermediate(), chain.root()].map(|each| each.der().to_vec()),
        };
        Ok(Self {
            own: Arc::new(own),
            others: Vec::new(),
        })
    }

    /// Adds the certificates of other contacts of the chain, in DER. Mail clients that read the signature can then encrypt
    /// to them as well (RFC 8551 §2.3). Fails if one is no certificate, because no client could read the signature.
    pub fn beside(mut self, others: &[Vec<u8>]) -> Result<Self, SealError> {
        for other in others {
            x509_cert::Certificate::from_der(other)?;
            self.others.push(other.clone());
        }
        Ok(self)
    }

    /// Signs a MIME entity, header and body. The signature states `signing_time`, and the ciphers that an answer may
    /// use to a client that reads `cipher`.
    pub fn sign(
        &self,
        mut entity: Zeroizing<Vec<u8>>,
        cipher: Cipher,
        signing_time: Option<OffsetDateTime>,
        rng: &mut impl CryptoRng,
    ) -> Result<Signed, SealError> {
        let signature = self.signed_data(digest(&SHA256, &entity).as_ref(), cipher, signing_time)?;
        let boundary = mime::boundary(&entity, rng);
        let above = format!(
            "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n\
             \tmicalg=sha-256; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n"
        );
        let mut below = format!(
            "\r\n--{boundary}\r\n\
             Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
             Content-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n"
        )
        .into_bytes();
        mime::push_base64(&signature, &mut below);
        below.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let around = above.len() + below.len() + PADDING;
        // A large entity moves within its buffer. A buffer that grew would leave a copy behind that is not wiped.
        if entity.capacity() - entity.len() < around {
            let mut wider = Zeroizing::new(Vec::with_capacity(entity.len() + around));
            wider.extend_from_slice(above.as_bytes());
            wider.extend_from_slice(&entity);
            entity = wider;
        } else {
            entity.splice(..0, above.into_bytes());
        }
        entity.extend_from_slice(&below);
        Ok(Signed(entity))
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
        let mut attributes = vec![
            attribute(ID_CONTENT_TYPE, Any::encode_from(&ID_DATA)?)?,
            attribute(ID_MESSAGE_DIGEST, Any::new(Tag::OctetString, message_digest)?)?,
            capabilities(cipher)?,
        ];
        if let Some(time) = time {
            attributes.push(signing_time(time)?);
        }
        let attributes = SetOfVec::try_from(attributes)?;
        // RFC 5652 §5.4: the signature is over the attributes with the tag of a SET.
        let signature = self.own.key.sign(&attributes.to_der()?)?;
        let signer_info = SignerInfo {
            version: CmsVersion::V1,
            sid: self.own.identifier.clone(),
            digest_alg: sha256.clone(),
            signed_attrs: Some(attributes),
            // RFC 3370 §3.2: every receiver knows rsaEncryption with NULL parameters.
            signature_algorithm: AlgorithmIdentifierOwned {
                oid: RSA_ENCRYPTION,
                parameters: Some(Any::null()),
            },
            signature: OctetString::new(signature)?,
            unsigned_attrs: None,
        };
        let certificates = self.certificates();
        let signed_data = SignedData {
            // RFC 5652 §5.1: 1 if all certificates are X.509 and the content is id-data.
            version: CmsVersion::V1,
            digest_algorithms: SetOfVec::try_from([sha256])?,
            encap_content_info: EncapsulatedContentInfo {
                econtent_type: ID_DATA,
                econtent: None,
            },
            certificates: AnyRef::new(
                Tag::ContextSpecific {
                    constructed: true,
                    number: TagNumber(0),
                },
                &certificates,
            )?,
            signer_infos: SetOfVec::try_from([signer_info])?,
        };
        let content_info = ContentInfo {
            content_type: ID_SIGNED_DATA,
            content: Any::encode_from(&signed_data)?,
        };
        Ok(content_info.to_der()?)
    }

    /// Returns the certificates, each once, in the order of a SET OF in DER (X.690 §11.6).
    fn certificates(&self) -> Vec<u8> {
        let all: BTreeSet<_> = self.own.certificates.iter().chain(&self.others).collect();
        let mut certificates = Vec::with_capacity(all.iter().map(|each| each.len()).sum());
        all.into_iter().for_each(|each| certificates.extend_from_slice(each));
        certificates
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
