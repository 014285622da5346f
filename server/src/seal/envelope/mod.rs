//! Encrypts with S/MIME. This is the only way to an S/MIME [`Sealed`].
//!
//! The structures are those of the `cms` crate, but they borrow the content. The message is encrypted in place and then
//! encoded straight into the base64 of the outgoing message, so it is in memory twice and no more.

mod cbc;
mod gcm;

use app::{pki::certificate::Certificate, profile::Cipher};
use aws_lc_rs::rsa::PublicEncryptingKey;
use cms::{
    cert::IssuerAndSerialNumber,
    content_info::CmsVersion,
    enveloped_data::{KeyTransRecipientInfo, RecipientIdentifier, RecipientInfo, RecipientInfos},
};
use const_oid::{
    ObjectIdentifier,
    db::{rfc5911::ID_DATA, rfc5912::RSA_ENCRYPTION},
};
use der::{
    Any, Decode, Encode, EncodeValue, FixedTag, Length, Sequence, Tag, TagMode, TagNumber, Tagged, Writer,
    asn1::{ContextSpecificRef, OctetString, OctetStringRef},
};
use mail_builder::headers::raw::Raw;
use rand_core::CryptoRng;
use spki::AlgorithmIdentifierOwned;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{Reader, SealError, Sealed, sign::Signed};
use crate::mail::{
    header::{CONTENT_DISPOSITION, CONTENT_TRANSFER_ENCODING, CONTENT_TYPE, Header},
    mime::{Base64Lines, base64_len},
};

/// A key of AES-256 for one message.
type ContentKey = Zeroizing<[u8; 32]>;

/// Octets that the message grows by on its way: a DKIM signature on top, tag and nonce of the queue at the end. The
/// buffer must not grow then, because a large message would be in memory twice more.
const ROOM: usize = 4096;

/// ContentInfo (RFC 5652 §3) around a borrowed object.
struct ContentInfo<'a, T> {
    content_type: ObjectIdentifier,
    content: &'a T,
}

/// EncryptedContentInfo (RFC 5652 §6.1) around borrowed content.
#[derive(Sequence)]
struct EncryptedContent<'a> {
    content_type: ObjectIdentifier,
    content_enc_alg: AlgorithmIdentifierOwned,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    encrypted_content: &'a OctetStringRef,
}

struct Recipient {
    identifier: RecipientIdentifier,
    key: PublicEncryptingKey,
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
    match reader.cipher {
        Cipher::Compatible => cbc::envelope(outer, signed, recipient, &key, rng),
        Cipher::Modern => gcm::envelope(outer, signed, recipient, &key, rng),
    }
}

impl Recipient {
    fn of(certificate: &Certificate) -> Result<Self, SealError> {
        let certificate = x509_cert::Certificate::from_der(certificate.der())?;
        let certificate = certificate.tbs_certificate();
        let public = certificate.subject_public_key_info();
        // RSA-PSS and EC keys have other identifiers.
        if public.algorithm.oid != RSA_ENCRYPTION {
            return Err(SealError::RecipientKey);
        }
        Ok(Self {
            key: PublicEncryptingKey::from_der(&public.to_der()?).map_err(|_| SealError::RecipientKey)?,
            identifier: RecipientIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
                issuer: certificate.issuer().clone(),
                serial_number: certificate.serial_number().clone(),
            }),
        })
    }
}

/// Returns the one recipient (RFC 5652 §6.2.1), whose key is encrypted already.
fn recipient_infos(
    identifier: RecipientIdentifier,
    algorithm: AlgorithmIdentifierOwned,
    encrypted_key: &[u8],
) -> der::Result<RecipientInfos> {
    let recipient = KeyTransRecipientInfo {
        // 0 because the recipient is named by issuer and serial number.
        version: CmsVersion::V0,
        rid: identifier,
        key_enc_alg: algorithm,
        enc_key: OctetString::new(encrypted_key)?,
    };
    RecipientInfos::try_from(vec![RecipientInfo::Ktri(recipient)])
}

impl<'a> EncryptedContent<'a> {
    fn new(cipher: ObjectIdentifier, parameters: Any, content: &'a [u8]) -> der::Result<Self> {
        Ok(Self {
            content_type: ID_DATA,
            content_enc_alg: AlgorithmIdentifierOwned {
                oid: cipher,
                parameters: Some(parameters),
            },
            encrypted_content: OctetStringRef::new(content)?,
        })
    }
}

impl<T: EncodeValue + Tagged> ContentInfo<'_, T> {
    fn content(&self) -> ContextSpecificRef<'_, T> {
        ContextSpecificRef {
            tag_number: TagNumber(0),
            tag_mode: TagMode::Explicit,
            value: self.content,
        }
    }
}

impl<T> FixedTag for ContentInfo<'_, T> {
    const TAG: Tag = Tag::Sequence;
}

impl<T: EncodeValue + Tagged> EncodeValue for ContentInfo<'_, T> {
    fn value_len(&self) -> der::Result<Length> {
        self.content_type.encoded_len()? + self.content().encoded_len()?
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        self.content_type.encode(writer)?;
        self.content().encode(writer)
    }
}

impl Writer for Base64Lines<'_> {
    fn write(&mut self, octets: &[u8]) -> der::Result<()> {
        self.push(octets);
        Ok(())
    }
}

/// RFC 8551 §3.3, with the file name of §3.2.1.
fn message(
    outer: &Header,
    smime_type: &str,
    content_info: &ContentInfo<'_, impl EncodeValue + Tagged>,
) -> Result<Sealed, SealError> {
    let mut header = outer.clone();
    header.push(
        CONTENT_TYPE,
        Raw::new(format!(
            "application/pkcs7-mime; smime-type={smime_type}; name=\"smime.p7m\""
        )),
    );
    header.push(CONTENT_TRANSFER_ENCODING, Raw::new("base64"));
    header.push(CONTENT_DISPOSITION, Raw::new("attachment; filename=\"smime.p7m\""));
    let octets = usize::try_from(content_info.encoded_len()?)?;
    let header = header.as_bytes();
    let mut message = Vec::with_capacity(header.len() + base64_len(octets) + ROOM);
    message.extend_from_slice(header);
    message.extend_from_slice(b"\r\n");
    let mut lines = Base64Lines::new(&mut message, octets);
    content_info.encode(&mut lines)?;
    lines.finish();
    Ok(Sealed(message))
}
