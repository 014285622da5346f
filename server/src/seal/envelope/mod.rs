//! Encrypts with S/MIME. This is the only way to an S/MIME [`Sealed`].
//!
//! The structures are built from the types of the `cms` crate. Its builder would keep the plaintext and several copies
//! of the message in memory, whereas this code encrypts the message in place.

mod cbc;
mod gcm;

use app::{pki::certificate::Certificate, profile::Cipher};
use cms::{
    cert::IssuerAndSerialNumber,
    content_info::ContentInfo,
    enveloped_data::{EncryptedContentInfo, RecipientIdentifier},
};
use const_oid::{
    ObjectIdentifier,
    db::{rfc5911::ID_DATA, rfc5912::RSA_ENCRYPTION},
};
use der::{Any, Decode, Encode, asn1::OctetString, referenced::OwnedToRef};
use mail_builder::headers::raw::Raw;
use rand_core::CryptoRng;
use rsa::PublicKey;
use spki::AlgorithmIdentifierOwned;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{Reader, SealError, Sealed, sign::Signed};
use crate::mail::{
    header::{CONTENT_DISPOSITION, CONTENT_TRANSFER_ENCODING, CONTENT_TYPE, Header},
    mime,
};

/// A key of AES-256 for one message.
type ContentKey = Zeroizing<[u8; 32]>;

/// An enveloped object: its type, its content, and its smime-type (RFC 8551 §3.2.2).
struct Enveloped {
    content_type: ObjectIdentifier,
    content: Any,
    smime_type: &'static str,
}

struct Recipient {
    identifier: RecipientIdentifier,
    key: PublicKey,
}

/// Encrypts a signed message to a reader and puts `outer` before it. Fails if the certificate is not valid at `now` or
/// its key is not RSA.
pub fn envelope(
    outer: &Header,
    signed: Signed,
    reader: Reader<'_>,
    now: OffsetDateTime,
    rng: &mut impl CryptoRng,
) -> Result<Sealed, SealError> {
    if now < reader.certificate.not_before() || now > reader.certificate.not_after() {
        return Err(SealError::RecipientValidity);
    }
    let recipient = Recipient::of(reader.certificate)?;
    let mut key = ContentKey::default();
    rng.fill_bytes(&mut key[..]);
    let enveloped = match reader.cipher {
        Cipher::Compatible => cbc::envelope(signed, recipient, &key, rng)?,
        Cipher::Modern => gcm::envelope(signed, recipient, &key, rng)?,
    };
    let Enveloped {
        content_type,
        content,
        smime_type,
    } = enveloped;
    let content_info = ContentInfo { content_type, content }.to_der()?;
    Ok(message(outer, smime_type, &content_info))
}

impl Recipient {
    fn of(certificate: &Certificate) -> Result<Self, SealError> {
        let certificate = x509_cert::Certificate::from_der(certificate.der())?;
        let certificate = certificate.tbs_certificate();
        let public = certificate.subject_public_key_info();
        // RSA-PSS and EC keys have other identifiers. Without this check, `PublicKey` would accept some of them.
        if public.algorithm.oid != RSA_ENCRYPTION {
            return Err(SealError::RecipientKey);
        }
        Ok(Self {
            key: PublicKey::try_from(public.owned_to_ref()).map_err(|_| SealError::RecipientKey)?,
            identifier: RecipientIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
                issuer: certificate.issuer().clone(),
                serial_number: certificate.serial_number().clone(),
            }),
        })
    }
}

fn encrypted_content(
    oid: ObjectIdentifier,
    parameters: Any,
    mut content: Zeroizing<Vec<u8>>,
) -> Result<EncryptedContentInfo, SealError> {
    Ok(EncryptedContentInfo {
        content_type: ID_DATA,
        content_enc_alg: AlgorithmIdentifierOwned {
            oid,
            parameters: Some(parameters),
        },
        encrypted_content: Some(OctetString::new(std::mem::take(&mut *content))?),
    })
}

/// RFC 8551 §3.3, with the file name of §3.2.1.
fn message(outer: &Header, smime_type: &str, content_info: &[u8]) -> Sealed {
    let mut header = outer.clone();
    header.push(
        CONTENT_TYPE,
        Raw::new(format!(
            "application/pkcs7-mime; smime-type={smime_type}; name=\"smime.p7m\""
        )),
    );
    header.push(CONTENT_TRANSFER_ENCODING, Raw::new("base64"));
    header.push(CONTENT_DISPOSITION, Raw::new("attachment; filename=\"smime.p7m\""));
    let mut message = header.as_bytes().to_vec();
    message.extend_from_slice(b"\r\n");
    mime::push_base64(content_info, &mut message);
    Sealed(message)
}
