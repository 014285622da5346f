//! Decrypts EnvelopedData (RFC 5652 §6) and AuthEnvelopedData (RFC 5083).

use cms::{
    authenveloped_data::AuthEnvelopedData,
    enveloped_data::{EncryptedContentInfo, EnvelopedData, KeyTransRecipientInfo, RecipientInfo, RecipientInfos},
};
use const_oid::db::rfc5911::{ID_CT_AUTH_ENVELOPED_DATA, ID_DATA};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{
    Deciphered, Encryption, Recipient, attributes, authenticated, cbc, content_info::Object, error::OpenError,
    identity::Identity, transport::Scheme, unsupported::Unsupported,
};

/// Decrypts with the key of the recipient that the object names. Only [`Deciphered::sound`] tells if key, padding or
/// tag is wrong.
pub(super) fn decipher(
    object: &Object,
    recipients: &[Recipient<'_>],
    rng: &mut impl CryptoRng,
) -> Result<Deciphered, OpenError> {
    let content_info = object.content_info()?;
    if content_info.content_type == ID_CT_AUTH_ENVELOPED_DATA {
        decipher_authenticated(content_info.content.decode_as()?, recipients, rng)
    } else {
        malleable(content_info.content.decode_as()?, recipients, rng)
    }
}

fn malleable(
    enveloped: EnvelopedData,
    recipients: &[Recipient<'_>],
    rng: &mut impl CryptoRng,
) -> Result<Deciphered, OpenError> {
    let (algorithm, mut content) = read_content(enveloped.encrypted_content)?;
    let cipher = cbc::Cipher::of(&algorithm, &content)?;
    let key = content_key(&enveloped.recip_infos, recipients, cipher.key_length(), rng)?;
    let sound = cipher.decrypt(&key, &mut content);
    Ok(Deciphered {
        content,
        sound,
        encryption: Encryption::Malleable,
        key: Sha256::digest(&key).into(),
    })
}

fn decipher_authenticated(
    enveloped: AuthEnvelopedData,
    recipients: &[Recipient<'_>],
    rng: &mut impl CryptoRng,
) -> Result<Deciphered, OpenError> {
    let (algorithm, mut content) = read_content(enveloped.auth_encrypted_content_info)?;
    let cipher = authenticated::Cipher::of(&algorithm, enveloped.mac.as_bytes())?;
    // RFC 5083 §2.2.
    let also = enveloped.auth_attrs.as_ref().map(attributes::to_der).transpose()?;
    let key = content_key(&enveloped.recip_infos, recipients, cipher.key_length(), rng)?;
    let sound = cipher.decrypt(&key, &also.unwrap_or_default(), &mut content);
    Ok(Deciphered {
        content,
        sound,
        encryption: Encryption::Authenticated,
        key: Sha256::digest(&key).into(),
    })
}

type Encrypted = (spki::AlgorithmIdentifierOwned, Zeroizing<Vec<u8>>);

/// Returns algorithm and ciphertext. The content must be MIME.
fn read_content(content: EncryptedContentInfo) -> Result<Encrypted, OpenError> {
    if content.content_type != ID_DATA {
        return Err(Unsupported::Content(content.content_type).into());
    }
    let octets = content.encrypted_content.ok_or(OpenError::Empty)?;
    Ok((content.content_enc_alg, Zeroizing::new(octets.into_bytes().into_vec())))
}

/// Decrypts the content key for the first recipient that is ours, and for no other: each costs an operation with a
/// private key. A form that is not read is an error only if all recipients have it, so that nobody learns which of them
/// is ours.
fn content_key(
    infos: &RecipientInfos,
    recipients: &[Recipient<'_>],
    length: usize,
    rng: &mut impl CryptoRng,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let infos: Vec<_> = infos.0.iter().filter_map(key_transport).collect();
    let schemes: Vec<_> = infos.iter().map(|info| Scheme::of(&info.key_enc_alg)).collect();
    if !schemes.iter().any(Result::is_ok) {
        let first = schemes.into_iter().find_map(Result::err);
        return Err(first.unwrap_or(Unsupported::NoKeyTransport.into()));
    }
    let ours = recipients
        .iter()
        .map(|recipient| Ok((Identity::of(recipient.certificate)?, recipient.key)))
        .collect::<Result<Vec<_>, OpenError>>()?;
    let (info, scheme, key) = infos
        .iter()
        .zip(schemes)
        .filter_map(|(info, scheme)| Some((info, scheme.ok()?)))
        .find_map(|(info, scheme)| {
            let (_, key) = ours.iter().find(|(identity, _)| identity.is(&info.rid))?;
            Some((info, scheme, key))
        })
        .ok_or(OpenError::Recipient)?;
    scheme.content_key(info.enc_key.as_bytes(), key, length, rng)
}

fn key_transport(info: &RecipientInfo) -> Option<&KeyTransRecipientInfo> {
    match info {
        RecipientInfo::Ktri(info) => Some(info),
        _ => None,
    }
}
