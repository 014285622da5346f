//! Reads SignedData (RFC 5652 §5): the content, and the signatures by the accepted signers.

use cms::{content_info::CmsVersion, signed_data::SignerInfo};
use const_oid::{
    ObjectIdentifier,
    db::rfc5911::{ID_CONTENT_TYPE, ID_DATA, ID_MESSAGE_DIGEST, ID_SIGNED_DATA, ID_SIGNING_TIME},
};
use der::{
    Decode, Reader, Sequence, SliceReader, Tag, Tagged,
    asn1::{AnyRef, OctetStringRef},
};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use x509_cert::{attr::Attributes, time::Time};
use zeroize::Zeroizing;

use super::{
    Signature, attributes,
    content_info::ContentInfo,
    error::OpenError,
    identity::Signer,
    unsupported::Unsupported,
    verify::{self, Hash},
};

/// Most signatures that are tried. Each costs a hash of the message and an operation with a public key.
const MOST_SIGNATURES: usize = 4;

/// The needed parts of SignedData. The type of the `cms` crate would copy the content. It would also reject the message
/// if one certificate cannot be read, although no certificate in it is needed.
pub(super) struct SignedData<'a> {
    pub version: CmsVersion,
    pub digest_algorithms: AnyRef<'a>,
    pub content: EncapsulatedContentInfo<'a>,
    /// Certificates and revocation lists.
    pub certificates: Vec<AnyRef<'a>>,
    pub signer_infos: AnyRef<'a>,
}

/// The type of the content, and the content unless it is detached.
#[derive(Sequence)]
pub(super) struct EncapsulatedContentInfo<'a> {
    pub content_type: ObjectIdentifier,
    #[asn1(
        context_specific = "0",
        tag_mode = "EXPLICIT",
        constructed = "true",
        optional = "true"
    )]
    pub content: Option<&'a OctetStringRef>,
}

impl<'a> SignedData<'a> {
    /// Reads the content of a ContentInfo.
    pub fn read(content_info: &ContentInfo<'a>) -> der::Result<Self> {
        content_info.content.sequence(|reader| {
            let version = CmsVersion::decode(reader)?;
            let digest_algorithms = AnyRef::decode(reader)?;
            digest_algorithms.tag().assert_eq(Tag::Set)?;
            let content = EncapsulatedContentInfo::decode(reader)?;
            let mut certificates = Vec::new();
            let mut next = AnyRef::decode(reader)?;
            while next.tag().is_context_specific() {
                certificates.push(next);
                next = AnyRef::decode(reader)?;
            }
            next.tag().assert_eq(Tag::Set)?;
            Ok(Self {
                version,
                digest_algorithms,
                content,
                certificates,
                signer_infos: next,
            })
        })
    }
}

/// Returns the content of an opaque object (RFC 8551 §3.5.2) and the valid signatures over it.
pub(super) fn opaque(
    content_info: ContentInfo<'_>,
    signers: &[Signer<'_>],
) -> Result<(Zeroizing<Vec<u8>>, Vec<Signature>), OpenError> {
    let signed = SignedData::read(&content_info)?;
    if signed.content.content_type != ID_DATA {
        return Err(Unsupported::Content(signed.content.content_type).into());
    }
    let content = signed.content.content.ok_or(OpenError::Empty)?.as_bytes();
    let signatures = signatures(signed.signer_infos, content, signers);
    Ok((Zeroizing::new(content.to_vec()), signatures))
}

/// Returns the valid signatures over detached content (RFC 8551 §3.5.3).
pub(super) fn detached(content_info: ContentInfo<'_>, content: &[u8], signers: &[Signer<'_>]) -> Vec<Signature> {
    match SignedData::read(&content_info) {
        Ok(signed)
            if content_info.content_type == ID_SIGNED_DATA
                && signed.content.content.is_none()
                && signed.content.content_type == ID_DATA =>
        {
            signatures(signed.signer_infos, content, signers)
        }
        _ => Vec::new(),
    }
}

/// Returns all valid signatures by the signers. Each of them marks the message as used.
fn signatures(infos: AnyRef<'_>, content: &[u8], signers: &[Signer<'_>]) -> Vec<Signature> {
    let Ok(mut reader) = SliceReader::new(infos.value()) else {
        return Vec::new();
    };
    std::iter::from_fn(|| (!reader.is_finished()).then(|| AnyRef::decode(&mut reader).ok())?)
        // An unreadable signature says nothing about the others.
        .filter_map(|info| info.decode_as::<SignerInfo>().ok())
        .filter_map(|info| Some((signers.iter().find(|signer| signer.is(&info.sid))?, info)))
        .take(MOST_SIGNATURES)
        .filter_map(|(signer, info)| holds(&info, content, signer))
        .collect()
}

fn holds(info: &SignerInfo, content: &[u8], signer: &Signer<'_>) -> Option<Signature> {
    let hash = Hash::of(info.digest_alg.oid)?;
    let value = info.signature.as_bytes();
    let signed = match &info.signed_attrs {
        Some(attributes) => fits(attributes, &hash.digest(content)).then(|| attributes::to_der(attributes).ok())??,
        None => plain(content)?.to_vec(),
    };
    let digest = hash.digest(&signed);
    verify::verifies(&signer.key, &info.signature_algorithm, hash, &digest, value).then(|| Signature {
        signer: signer.certificate.der().to_vec(),
        digest: Sha256::digest(value).into(),
        signing_time: info.signed_attrs.as_ref().and_then(signing_time),
    })
}

/// RFC 5652 §5.3: signed attributes name the type and the digest of the content, each exactly once.
fn fits(attributes: &Attributes, digest: &[u8]) -> bool {
    let content_type = attributes::single(attributes, ID_CONTENT_TYPE);
    let message_digest = attributes::single(attributes, ID_MESSAGE_DIGEST);
    content_type.is_some_and(|value| value.decode_as() == Ok(ID_DATA))
        && message_digest.is_some_and(|value| {
            value
                .decode_as::<&OctetStringRef>()
                .is_ok_and(|value| value.as_bytes() == digest)
        })
}

/// Content that was signed without attributes. Content that looks like attributes is refused. Otherwise, the signature
/// of any message with attributes would be valid for these attributes as content.
fn plain(content: &[u8]) -> Option<&[u8]> {
    Attributes::from_der(content).is_err().then_some(content)
}

fn signing_time(attributes: &Attributes) -> Option<OffsetDateTime> {
    let time: Time = attributes::single(attributes, ID_SIGNING_TIME)?.decode_as().ok()?;
    Some(OffsetDateTime::UNIX_EPOCH + time.to_unix_duration())
}
