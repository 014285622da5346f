//! Splits an opaque signature (RFC 8551 §3.5.2) into the content and a detached signature (§3.5.3).
//!
//! The signed bytes do not change, so the signature still holds.

use const_oid::{
    ObjectIdentifier,
    db::{
        rfc5911::{ID_DATA, ID_SIGNED_DATA},
        rfc5912::{ID_MD_5, ID_SHA_1, ID_SHA_224, ID_SHA_256, ID_SHA_384, ID_SHA_512},
    },
};
use der::{Decode, Encode, Reader, SliceReader, Tag, asn1::AnyRef};
use spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use super::{
    content_info::{ContentInfo, Object},
    layer::{Layer, is_mime, layer},
    signed::{EncapsulatedContentInfo, SignedData},
};

/// Certificates and revocation lists are one value each (RFC 5652 §5.1).
const MOST_SETS: usize = 2;

/// Most digest algorithms that are named. It is more than any client signs with.
const MOST_DIGESTS: usize = 8;

/// Content and signature, separated.
pub struct Detached {
    /// The signed MIME entity.
    pub content: Zeroizing<Vec<u8>>,
    /// The SignedData without the content, DER.
    pub signature: Vec<u8>,
    /// The parameter `micalg` of multipart/signed (RFC 8551 §3.5.3.2).
    pub micalg: String,
}

/// Splits an entity whose body is one opaque signature. Returns `None` if it is anything else, or if the signature
/// might not hold any more. That is so if the content is no MIME entity with CRLF at the end of each line, as clients
/// hash it. It is also so if something besides the content is not DER and would change.
pub fn detach(entity: &[u8]) -> Option<Detached> {
    let Ok(Layer::Cms(ber)) = layer(entity) else {
        return None;
    };
    let object = Object::from_ber(&ber).ok()?;
    let content_info = object.content_info().ok()?;
    if content_info.content_type != ID_SIGNED_DATA {
        return None;
    }
    let signed = SignedData::read(&content_info).ok()?;
    let content = signed.content.content?.as_bytes();
    let is_mail = signed.content.content_type == ID_DATA && is_mime(content) && is_canonical(content);
    let is_whole = signed.certificates.len() <= MOST_SETS
        && !signed.signer_infos.value().is_empty()
        && signed
            .certificates
            .iter()
            .chain([&signed.signer_infos])
            .all(|kept| memchr::memmem::find(&ber, kept.value()).is_some());
    if !is_mail || !is_whole {
        return None;
    }
    Some(Detached {
        signature: remove_content(&signed).ok()?,
        micalg: micalg(signed.digest_algorithms).ok()?,
        content: Zeroizing::new(content.to_vec()),
    })
}

/// RFC 8551 §3.1.1: lines end with CRLF. NUL ends a text for some clients.
fn is_canonical(content: &[u8]) -> bool {
    let mut before = 0;
    for octet in content {
        if matches!((before, octet), (b'\r', other) if *other != b'\n')
            || before != b'\r' && *octet == b'\n'
            || *octet == 0
        {
            return false;
        }
        before = *octet;
    }
    before != b'\r'
}

fn remove_content(signed: &SignedData<'_>) -> der::Result<Vec<u8>> {
    let content = EncapsulatedContentInfo {
        content_type: ID_DATA,
        content: None,
    };
    let mut fields = vec![
        signed.version.to_der()?,
        signed.digest_algorithms.to_der()?,
        content.to_der()?,
    ];
    for kept in signed.certificates.iter().chain([&signed.signer_infos]) {
        fields.push(kept.to_der()?);
    }
    let fields = fields.concat();
    let content_info = ContentInfo {
        content_type: ID_SIGNED_DATA,
        content: AnyRef::new(Tag::Sequence, &fields)?,
    };
    content_info.to_der()
}

/// Names each digest once.
fn micalg(algorithms: AnyRef<'_>) -> der::Result<String> {
    let mut reader = SliceReader::new(algorithms.value())?;
    let mut names = Vec::new();
    while !reader.is_finished() && names.len() < MOST_DIGESTS {
        let name = name(AlgorithmIdentifierRef::decode(&mut reader)?.oid);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names.join(","))
}

fn name(digest: ObjectIdentifier) -> &'static str {
    match digest {
        ID_MD_5 => "md5",
        ID_SHA_1 => "sha-1",
        ID_SHA_224 => "sha-224",
        ID_SHA_256 => "sha-256",
        ID_SHA_384 => "sha-384",
        ID_SHA_512 => "sha-512",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_end_with_crlf_are_hashed_by_all_clients_alike() {
        for (content, canonical) in [
            (&b"A: b\r\n\r\nx\r\n"[..], true),
            (b"", true),
            (b"x", true),
            (b"x\n", false),
            (b"\nx", false),
            (b"x\r\n\n", false),
            (b"x\ry\r\n", false),
            (b"x\r\r\n", false),
            (b"x\r", false),
            (b"x\0", false),
        ] {
            assert_eq!(is_canonical(content), canonical, "{}", content.escape_ascii());
        }
    }
}
