//! Encrypts in the form that every client reads: EnvelopedData (RFC 5652 §6) with AES-256-CBC and RSA PKCS#1 v1.5.

use aws_lc_rs::{
    cipher::{AES_256, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey},
    iv::FixedLength,
};
use cms::{
    builder::{KeyEncryptionInfo, KeyTransRecipientInfoBuilder, RecipientInfoBuilder},
    content_info::CmsVersion,
    enveloped_data::{EncryptedContentInfo, EnvelopedData, RecipientInfo, RecipientInfos},
};
use const_oid::db::rfc5911::{ID_AES_256_CBC, ID_ENVELOPED_DATA};
use der::{Any, Tag};
use rand_core::CryptoRng;

use super::{ContentKey, Enveloped, Recipient, encrypted_content};
use crate::seal::{SealError, sign::Signed};

pub(super) fn envelope(
    signed: Signed,
    recipient: Recipient,
    key: &ContentKey,
    rng: &mut impl CryptoRng,
) -> Result<Enveloped, SealError> {
    let enveloped_data = EnvelopedData {
        // RFC 5652 §6.1: 0 if all recipients are named by issuer and serial number.
        version: CmsVersion::V0,
        originator_info: None,
        recip_infos: RecipientInfos::try_from(vec![recipient_info(recipient, key, rng)?])?,
        encrypted_content: encrypt_content(signed, key, rng)?,
        unprotected_attrs: None,
    };
    // `enveloped_data` is dropped on return, so a large message is in memory at most twice.
    Ok(Enveloped {
        content_type: ID_ENVELOPED_DATA,
        content: Any::encode_from(&enveloped_data)?,
        smime_type: "enveloped-data",
    })
}

/// Key transport (RFC 5652 §6.2.1) with RSA PKCS#1 v1.5 (RFC 3370 §4.2.1).
fn recipient_info<R: CryptoRng>(
    recipient: Recipient,
    key: &ContentKey,
    rng: &mut R,
) -> Result<RecipientInfo, SealError> {
    let Recipient {
        identifier,
        key: public,
    } = recipient;
    let mut builder = KeyTransRecipientInfoBuilder::<R>::new(identifier, KeyEncryptionInfo::Rsa(public))?;
    Ok(builder.build_with_rng(&key[..], rng)?)
}

/// AES-256-CBC (RFC 3565), in place.
fn encrypt_content(
    signed: Signed,
    key: &ContentKey,
    rng: &mut impl CryptoRng,
) -> Result<EncryptedContentInfo, SealError> {
    let mut iv = [0; 16];
    rng.fill_bytes(&mut iv);
    let cipher = UnboundCipherKey::new(&AES_256, &key[..])
        .and_then(PaddedBlockEncryptingKey::cbc_pkcs7)
        .map_err(SealError::Encryption)?;
    let mut content = signed.into_bytes();
    cipher
        .less_safe_encrypt(&mut *content, EncryptionContext::Iv128(FixedLength::from(&iv)))
        .map_err(SealError::Encryption)?;
    encrypted_content(ID_AES_256_CBC, Any::new(Tag::OctetString, iv)?, content)
}
