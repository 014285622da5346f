//! Encrypts in the form that few clients read: AuthEnvelopedData (RFC 5083) with AES-256-GCM and RSA-OAEP.
//!
//! AES-GCM is RFC 5084. RSA-OAEP uses SHA-256 (RFC 3560, RFC 4055).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use cms::{
    authenveloped_data::AuthEnvelopedData,
    content_info::CmsVersion,
    enveloped_data::{EncryptedContentInfo, KeyTransRecipientInfo, RecipientInfo, RecipientInfos},
};
use const_oid::db::{
    rfc5911::{ID_AES_256_GCM, ID_CT_AUTH_ENVELOPED_DATA},
    rfc5912::{ID_MGF_1, ID_RSAES_OAEP, ID_SHA_256},
};
use der::{Any, asn1::OctetString};
use rand_core::CryptoRng;
use rsa::Oaep;
use sha2::Sha256;
use spki::AlgorithmIdentifierOwned;

use super::{ContentKey, Enveloped, Recipient, encrypted_content};
use crate::seal::{
    SealError,
    parameters::{AeadParameters, OaepParameters},
    sign::Signed,
};

/// Octets of the tag, untruncated.
const TAG: u8 = 16;

pub(super) fn envelope(
    signed: Signed,
    recipient: Recipient,
    key: &ContentKey,
    rng: &mut impl CryptoRng,
) -> Result<Enveloped, SealError> {
    let recipient_info = recipient_info(recipient, key, rng)?;
    let (auth_encrypted_content_info, tag) = encrypt_content(signed, key, rng)?;
    let enveloped_data = AuthEnvelopedData {
        // RFC 5083 §2.1.
        version: CmsVersion::V0,
        originator_info: None,
        recip_infos: RecipientInfos::try_from(vec![recipient_info])?,
        auth_encrypted_content_info,
        auth_attrs: None,
        mac: OctetString::new(tag)?,
        unauth_attrs: None,
    };
    Ok(Enveloped {
        content_type: ID_CT_AUTH_ENVELOPED_DATA,
        content: Any::encode_from(&enveloped_data)?,
        smime_type: "authEnveloped-data",
    })
}

/// Key transport (RFC 5652 §6.2.1) with RSAES-OAEP.
fn recipient_info(
    recipient: Recipient,
    key: &ContentKey,
    rng: &mut impl CryptoRng,
) -> Result<RecipientInfo, SealError> {
    let encrypted = recipient
        .key
        .encrypt(rng, Oaep::<Sha256>::new(), &key[..])
        .map_err(SealError::KeyTransport)?;
    Ok(RecipientInfo::Ktri(KeyTransRecipientInfo {
        version: CmsVersion::V0,
        rid: recipient.identifier,
        key_enc_alg: oaep()?,
        enc_key: OctetString::new(encrypted)?,
    }))
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
    rng: &mut impl CryptoRng,
) -> Result<(EncryptedContentInfo, Vec<u8>), SealError> {
    // Each message has its own key, so no nonce is used twice under it.
    let mut nonce = [0; NONCE_LEN];
    rng.fill_bytes(&mut nonce);
    let cipher = UnboundKey::new(&AES_256_GCM, &key[..])
        .map(LessSafeKey::new)
        .map_err(SealError::Encryption)?;
    let mut content = signed.into_bytes();
    let tag = cipher
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut content)
        .map_err(SealError::Encryption)?;
    let parameters = AeadParameters {
        nonce: OctetString::new(nonce)?,
        tag_length: TAG,
    };
    let content = encrypted_content(ID_AES_256_GCM, Any::encode_from(&parameters)?, content)?;
    Ok((content, tag.as_ref().to_vec()))
}
