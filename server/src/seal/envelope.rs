//! application/pkcs7-mime with a CMS EnvelopedData (RFC 8551 §3.3, RFC 5652 §6). RSA PKCS#1 v1.5 and AES-256-CBC: the one
//! set that OpenSSL, NSS 3.87 and gpgsm 2.2 all read; the signature inside is what tells a changed message.

use app::pki::certificate::Certificate;
use base64::{Engine, engine::general_purpose::STANDARD};
use cms::{
    builder::{ContentEncryptionAlgorithm, EnvelopedDataBuilder, KeyEncryptionInfo, KeyTransRecipientInfoBuilder},
    cert::IssuerAndSerialNumber,
    content_info::ContentInfo,
    enveloped_data::RecipientIdentifier,
};
use const_oid::db::{rfc5911::ID_ENVELOPED_DATA, rfc5912::RSA_ENCRYPTION};
use der::{Any, Decode, Encode};
use rand_core::CryptoRng;
use rsa::pkcs1::DecodeRsaPublicKey;
use time::OffsetDateTime;

use super::{SealError, sign::Signed};
use crate::inbound::rewrite::Outer;

/// Characters in a line of base64 (RFC 2045 §6.8).
const LINE: usize = 76;

/// RFC 8551 §3.2 and §3.3: nothing more than this, as clients trip over more.
const MIME_HEADER: &[u8] = b"MIME-Version: 1.0\r\n\
    Content-Type: application/pkcs7-mime; smime-type=enveloped-data;\r\n name=\"smime.p7m\"\r\n\
    Content-Transfer-Encoding: base64\r\n\
    Content-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n";

/// A message that only the person can read: outer header and application/pkcs7-mime body.
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// The whole message.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Encrypts a signed entity to the recipient.
pub(super) fn envelope(
    outer: &Outer,
    signed: &Signed,
    recipient: &Certificate,
    now: OffsetDateTime,
    rng: &mut impl CryptoRng,
) -> Result<Sealed, SealError> {
    if now < recipient.not_before() || recipient.not_after() < now {
        return Err(SealError::NotValidNow);
    }
    let enveloped = enveloped_data(signed.as_bytes(), recipient, rng)?;
    let encoded = STANDARD.encode(enveloped);
    let mut message = Vec::with_capacity(outer.as_bytes().len() + MIME_HEADER.len() + encoded.len() * 79 / LINE);
    message.extend_from_slice(outer.as_bytes());
    message.extend_from_slice(MIME_HEADER);
    for line in encoded.as_bytes().chunks(LINE) {
        message.extend_from_slice(line);
        message.extend_from_slice(b"\r\n");
    }
    Ok(Sealed(message))
}

fn enveloped_data(plain: &[u8], recipient: &Certificate, rng: &mut impl CryptoRng) -> Result<Vec<u8>, SealError> {
    let certificate = x509_cert::Certificate::from_der(recipient.der())?;
    let body = certificate.tbs_certificate();
    let key = body.subject_public_key_info();
    if key.algorithm.oid != RSA_ENCRYPTION {
        return Err(SealError::Algorithm);
    }
    let key = rsa::PublicKey::from_pkcs1_der(key.subject_public_key.raw_bytes()).map_err(|_| SealError::Algorithm)?;
    let identifier = RecipientIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
        issuer: body.issuer().clone(),
        serial_number: body.serial_number().clone(),
    });
    let mut builder = EnvelopedDataBuilder::new(None, plain, ContentEncryptionAlgorithm::Aes256Cbc, None)?;
    builder.add_recipient_info(KeyTransRecipientInfoBuilder::new(
        identifier,
        KeyEncryptionInfo::Rsa(key),
    )?)?;
    let enveloped = ContentInfo {
        content_type: ID_ENVELOPED_DATA,
        content: Any::encode_from(&builder.build_with_rng(rng)?)?,
    };
    Ok(enveloped.to_der()?)
}
