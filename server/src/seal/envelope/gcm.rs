//! Encrypts in the form that few clients read: AuthEnvelopedData (RFC 5083) with AES-256-GCM and RSA-OAEP.
//!
//! AES-GCM is RFC 5084. RSA-OAEP uses SHA-256 (RFC 3560, RFC 4055).

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey},
};
use cms::{content_info::CmsVersion, enveloped_data::RecipientInfos};
use const_oid::db::{
    rfc5911::{ID_AES_256_GCM, ID_CT_AUTH_ENVELOPED_DATA},
    rfc5912::{ID_MGF_1, ID_RSAES_OAEP, ID_SHA_256},
};
use der::{Any, Sequence, asn1::OctetString};
use rand_core::CryptoRng;
use spki::AlgorithmIdentifierOwned;
use zeroize::Zeroizing;

use super::{ContentInfo, ContentKey, EncryptedContent, Recipient, message, recipient_infos};
use crate::{
    mail::header::Header,
    seal::{
        SealError, Sealed,
        parameters::{AeadParameters, OaepParameters},
        sign::Signed,
    },
};

/// Octets of the tag, untruncated.
const TAG: u8 = 16;

/// AuthEnvelopedData (RFC 5083 §2.1) without its optional fields.
#[derive(Sequence)]
struct AuthEnvelopedData<'a> {
    version: CmsVersion,
    recip_infos: RecipientInfos,
    auth_encrypted_content_info: EncryptedContent<'a>,
    mac: OctetString,
}

pub(super) fn envelope(
    outer: &Header,
    signed: Signed,
    recipient: Recipient,
    key: &ContentKey,
    rng: &mut impl CryptoRng,
) -> Result<Sealed, SealError> {
    // Each message has its own key, so no nonce is used twice under it.
    let mut nonce = [0; NONCE_LEN];
    rng.fill_bytes(&mut nonce);
    let (content, tag) = encrypt_content(signed, key, nonce)?;
    let parameters = AeadParameters {
        nonce: OctetString::new(nonce)?,
        tag_length: TAG,
    };
    let enveloped_data = AuthEnvelopedData {
        version: CmsVersion::V0,
        recip_infos: recipient_info(recipient, key)?,
        auth_encrypted_content_info: EncryptedContent::new(ID_AES_256_GCM, Any::encode_from(&parameters)?, &content)?,
        mac: OctetString::new(tag)?,
    };
    let content_info = ContentInfo {
        content_type: ID_CT_AUTH_ENVELOPED_DATA,
        content: &enveloped_data,
    };
    message(outer, "authEnveloped-data", &content_info)
}

/// Key transport with RSAES-OAEP.
fn recipient_info(recipient: Recipient, key: &ContentKey) -> Result<RecipientInfos, SealError> {
    let Recipient {
        identifier,
        key: public,
    } = recipient;
    let public = OaepPublicEncryptingKey::new(public).map_err(SealError::KeyTransport)?;
    let mut encrypted = vec![0; public.ciphertext_size()];
    let encrypted = public
        .encrypt(&OAEP_SHA256_MGF1SHA256, &key[..], &mut encrypted, None)
        .map_err(SealError::KeyTransport)?;
    Ok(recipient_infos(identifier, oaep()?, encrypted)?)
}

/// RFC 4055 §4.1: rSAES-OAEP-SHA256-Identifier.
fn oaep() -> der::Result<AlgorithmIdentifierOwned> {
    // RFC 4055 §2.1: the parameters of sha256Identifier are NULL.
    let sha256 = AlgorithmIdentifierOwned {
        oid: ID_SHA_256,
        parameters: Some(Any::null()),
    };
    let parameters = OaepParameters {
        mask: Some(AlgorithmIdentifierOwned {
            oid: ID_MGF_1,
            parameters: Some(Any::encode_from(&sha256)?),
        }),
        hash: Some(sha256),
        label: None,
    };
    Ok(AlgorithmIdentifierOwned {
        oid: ID_RSAES_OAEP,
        parameters: Some(Any::encode_from(&parameters)?),
    })
}

/// AES-256-GCM, in place. The tag goes into a field of its own.
fn encrypt_content(
    signed: Signed,
    key: &ContentKey,
    nonce: [u8; NONCE_LEN],
) -> Result<(Zeroizing<Vec<u8>>, Vec<u8>), SealError> {
    let cipher = UnboundKey::new(&AES_256_GCM, &key[..])
        .map(LessSafeKey::new)
        .map_err(SealError::Encryption)?;
    let mut content = signed.into_bytes();
    let tag = cipher
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut content)
        .map_err(SealError::Encryption)?;
    Ok((content, tag.as_ref().to_vec()))
}
