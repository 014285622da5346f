//! Encrypts in the form that every client reads: EnvelopedData (RFC 5652 §6) with AES-256-CBC and RSA PKCS#1 v1.5.

use aws_lc_rs::{
    cipher::{AES_256, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey},
    iv::FixedLength,
    rsa::Pkcs1PublicEncryptingKey,
};
use cms::{content_info::CmsVersion, enveloped_data::RecipientInfos};
use const_oid::db::{
    rfc5911::{ID_AES_256_CBC, ID_ENVELOPED_DATA},
    rfc5912::RSA_ENCRYPTION,
};
use der::{Any, Sequence, Tag};
use rand_core::CryptoRng;
use spki::AlgorithmIdentifierOwned;
use zeroize::Zeroizing;

use super::{ContentInfo, ContentKey, EncryptedContent, Recipient, message, recipient_infos};
use crate::{
    mail::header::Header,
    seal::{SealError, Sealed, sign::Signed},
};

/// EnvelopedData (RFC 5652 §6.1) without its optional fields.
#[derive(Sequence)]
struct EnvelopedData<'a> {
    version: CmsVersion,
    recip_infos: RecipientInfos,
    encrypted_content: EncryptedContent<'a>,
}

pub(super) fn envelope(
    outer: &Header,
    signed: Signed,
    recipient: Recipient,
    key: &ContentKey,
    rng: &mut impl CryptoRng,
) -> Result<Sealed, SealError> {
    let mut iv = [0; 16];
    rng.fill_bytes(&mut iv);
    let content = encrypt_content(signed, key, &iv)?;
    let enveloped_data = EnvelopedData {
        // RFC 5652 §6.1: 0 if all recipients are named by issuer and serial number.
        version: CmsVersion::V0,
        recip_infos: recipient_info(recipient, key)?,
        encrypted_content: EncryptedContent::new(ID_AES_256_CBC, Any::new(Tag::OctetString, iv)?, &content)?,
    };
    let content_info = ContentInfo {
        content_type: ID_ENVELOPED_DATA,
        content: &enveloped_data,
    };
    message(outer, "enveloped-data", &content_info)
}

/// Key transport with RSA PKCS#1 v1.5 (RFC 3370 §4.2.1).
fn recipient_info(recipient: Recipient, key: &ContentKey) -> Result<RecipientInfos, SealError> {
    let Recipient {
        identifier,
        key: public,
    } = recipient;
    let public = Pkcs1PublicEncryptingKey::new(public).map_err(SealError::KeyTransport)?;
    let mut encrypted = vec![0; public.ciphertext_size()];
    let encrypted = public
        .encrypt(&key[..], &mut encrypted)
        .map_err(SealError::KeyTransport)?;
    let algorithm = AlgorithmIdentifierOwned {
        oid: RSA_ENCRYPTION,
        parameters: Some(Any::null()),
    };
    Ok(recipient_infos(identifier, algorithm, encrypted)?)
}

/// AES-256-CBC (RFC 3565), in place.
fn encrypt_content(signed: Signed, key: &ContentKey, iv: &[u8; 16]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let cipher = UnboundCipherKey::new(&AES_256, &key[..])
        .and_then(PaddedBlockEncryptingKey::cbc_pkcs7)
        .map_err(SealError::Encryption)?;
    let mut content = signed.into_bytes();
    cipher
        .less_safe_encrypt(&mut *content, EncryptionContext::Iv128(FixedLength::from(iv)))
        .map_err(SealError::Encryption)?;
    Ok(content)
}
