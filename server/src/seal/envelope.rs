//! Encrypting: the only way to a [`Sealed`] of S/MIME.
//!
//! EnvelopedData is put together from the `cms` crate's types, as its builder keeps the plaintext and several copies of the
//! message beside it: here the message is encrypted where it lies.

use app::pki::certificate::Certificate;
use aws_lc_rs::{
    cipher::{AES_256, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey},
    iv::FixedLength,
};
use cms::{
    builder::{KeyEncryptionInfo, KeyTransRecipientInfoBuilder, RecipientInfoBuilder},
    cert::IssuerAndSerialNumber,
    content_info::{CmsVersion, ContentInfo},
    enveloped_data::{EncryptedContentInfo, EnvelopedData, RecipientIdentifier, RecipientInfo, RecipientInfos},
};
use const_oid::db::{
    rfc5911::{ID_AES_256_CBC, ID_DATA, ID_ENVELOPED_DATA},
    rfc5912::RSA_ENCRYPTION,
};
use der::{Any, Decode, Encode, Tag, asn1::OctetString, referenced::OwnedToRef};
use mail_builder::headers::raw::Raw;
use rand_core::CryptoRng;
use rsa::PublicKey;
use spki::AlgorithmIdentifierOwned;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{SealError, Sealed, sign::Signed};
use crate::mail::{
    header::{CONTENT_DISPOSITION, CONTENT_TRANSFER_ENCODING, CONTENT_TYPE, Header},
    mime,
};

/// Encrypts a signed message to the user certificate `recipient` and puts `outer` before it. Refuses a certificate that
/// is not valid at `now`, or whose key is not RSA.
pub fn envelope(
    outer: &Header,
    signed: Signed,
    recipient: &Certificate,
    now: OffsetDateTime,
    rng: &mut impl CryptoRng,
) -> Result<Sealed, SealError> {
    if now < recipient.not_before() || now > recipient.not_after() {
        return Err(SealError::RecipientValidity);
    }
    let mut key = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut key[..]);
    let recipient_info = recipient_info(recipient, &key[..], rng)?;
    let encrypted_content = encrypted_content(signed, &key[..], rng)?;
    let enveloped_data = EnvelopedData {
        // RFC 5652 §6.1: 0 for recipients by issuer and serial number only.
        version: CmsVersion::V0,
        originator_info: None,
        recip_infos: RecipientInfos::try_from(vec![recipient_info])?,
        encrypted_content,
        unprotected_attrs: None,
    };
    // Each step lets go of the one before, so that a large message is held twice at most.
    let content = Any::encode_from(&enveloped_data)?;
    drop(enveloped_data);
    let content_type = ID_ENVELOPED_DATA;
    let content_info = ContentInfo { content_type, content }.to_der()?;
    Ok(message(outer, &content_info))
}

/// Key transport (RFC 5652 §6.2.1) with RSA PKCS#1 v1.5 (RFC 3370 §4.2.1).
fn recipient_info<R: CryptoRng>(recipient: &Certificate, key: &[u8], rng: &mut R) -> Result<RecipientInfo, SealError> {
    let certificate = x509_cert::Certificate::from_der(recipient.der())?;
    let certificate = certificate.tbs_certificate();
    let public = certificate.subject_public_key_info();
    // RSA-PSS and EC keys have other identifiers; the one below would take some of them all the same.
    if public.algorithm.oid != RSA_ENCRYPTION {
        return Err(SealError::RecipientKey);
    }
    let public = PublicKey::try_from(public.owned_to_ref()).map_err(|_| SealError::RecipientKey)?;
    let identifier = RecipientIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
        issuer: certificate.issuer().clone(),
        serial_number: certificate.serial_number().clone(),
    });
    let mut builder = KeyTransRecipientInfoBuilder::<R>::new(identifier, KeyEncryptionInfo::Rsa(public))?;
    Ok(builder.build_with_rng(key, rng)?)
}

/// AES-256-CBC (RFC 3565), in place.
fn encrypted_content(signed: Signed, key: &[u8], rng: &mut impl CryptoRng) -> Result<EncryptedContentInfo, SealError> {
    let mut iv = [0; 16];
    rng.fill_bytes(&mut iv);
    let cipher = UnboundCipherKey::new(&AES_256, key)
        .and_then(PaddedBlockEncryptingKey::cbc_pkcs7)
        .map_err(SealError::Encryption)?;
    let mut content = signed.into_bytes();
    cipher
        .less_safe_encrypt(&mut *content, EncryptionContext::Iv128(FixedLength::from(&iv)))
        .map_err(SealError::Encryption)?;
    let parameters = Any::new(Tag::OctetString, iv)?;
    Ok(EncryptedContentInfo {
        content_type: ID_DATA,
        content_enc_alg: AlgorithmIdentifierOwned {
            oid: ID_AES_256_CBC,
            parameters: Some(parameters),
        },
        encrypted_content: Some(OctetString::new(std::mem::take(&mut *content))?),
    })
}

/// RFC 8551 §3.3, with the file name of §3.2.1.
fn message(outer: &Header, content_info: &[u8]) -> Sealed {
    let mut header = outer.clone();
    header.push(
        CONTENT_TYPE,
        Raw::new("application/pkcs7-mime; smime-type=enveloped-data; name=\"smime.p7m\""),
    );
    header.push(CONTENT_TRANSFER_ENCODING, Raw::new("base64"));
    header.push(CONTENT_DISPOSITION, Raw::new("attachment; filename=\"smime.p7m\""));
    let mut message = header.as_bytes().to_vec();
    message.extend_from_slice(b"\r\n");
    mime::push_base64(content_info, &mut message);
    Sealed(message)
}
