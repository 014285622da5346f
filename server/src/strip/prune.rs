//! Removes signatures, certificates and keys from the tree. A part that cannot be searched stops the reply.

use memchr::memmem;

use super::{
    error::StripError,
    tree::{Leaf, Multipart, MultipartKind, Node},
};

/// Parts that vouch for bytes that do not leave, or whose key names the person.
const LEFT_BEHIND: [&str; 17] = [
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/x-pkcs7-certificates",
    "application/x-pkcs7-certreqresp",
    "application/pkcs10",
    "application/pkcs12",
    "application/x-pkcs12",
    "application/pkix-cert",
    "application/pkix-pkipath",
    "application/x-x509-ca-cert",
    "application/x-x509-user-cert",
    "application/x-x509-email-cert",
    "application/pgp-signature",
    "application/pgp-keys",
    // RFC 9788's predecessor: a copy of the header for old clients.
    "text/rfc822-headers",
    // A machine's notices, which name programs and hosts. The text for people beside them stays.
    "message/delivery-status",
    "message/disposition-notification",
];

/// RFC 5652 §3 and RFC 5083 §2.1: the CMS content types that a message may hold, in DER.
const SIGNED_DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const ENVELOPED_DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03];
const AUTH_ENVELOPED_DATA: &[u8] = &[
    0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17,
];

/// Octets at the start of a CMS object that contain its type.
const CMS_HEAD: usize = 32;

/// Returns the tree without the parts that do not leave. If one part of a multipart is left, it replaces the multipart.
pub fn prune(node: Node<'_>) -> Result<Option<Node<'_>>, StripError> {
    match node {
        Node::Multipart(multipart) => branch(multipart),
        Node::Leaf(leaf) => Ok(stays(&leaf)?.then_some(Node::Leaf(leaf))),
        message @ Node::Message(_) => Ok(Some(message)),
    }
}

fn branch(multipart: Multipart<'_>) -> Result<Option<Node<'_>>, StripError> {
    let kind = multipart.kind;
    let most = match kind {
        MultipartKind::Encrypted => return Err(StripError::StillEncrypted),
        MultipartKind::Signed => 1,
        _ => usize::MAX,
    };
    let mut children = Vec::new();
    for child in multipart.children.into_iter().take(most) {
        children.extend(prune(child)?);
    }
    Ok(if children.len() > 1 {
        Some(Node::Multipart(Multipart { kind, children }))
    } else {
        children.pop()
    })
}

/// Whether a part stays.
fn stays(leaf: &Leaf<'_>) -> Result<bool, StripError> {
    let file = leaf.labels.file.as_deref().unwrap_or_default().to_ascii_lowercase();
    if LEFT_BEHIND.contains(&&*leaf.media) || is_public_key(leaf, &file) {
        return Ok(false);
    }
    match cms(leaf, &file) {
        Some(Cms::Certificates) => return Ok(false),
        Some(Cms::Content) => return Err(StripError::StillEncrypted),
        None => {}
    }
    match &*leaf.media {
        "application/ms-tnef" | "application/vnd.ms-tnef" => Err(StripError::Tnef),
        _ if file == "winmail.dat" => Err(StripError::Tnef),
        "application/pgp-encrypted" => Err(StripError::StillEncrypted),
        media if media.starts_with("text/") && begins_line(&leaf.octets, b"-----BEGIN PGP MESSAGE-----") => {
            Err(StripError::StillEncrypted)
        }
        media if media.starts_with("message/") => Err(StripError::Kind),
        _ => Ok(true),
    }
}

enum Cms {
    /// A signature or certificates without content.
    Certificates,
    /// Content that would have to be opened.
    Content,
}

/// Checks the bytes first, because a client may call it application/octet-stream.
fn cms(leaf: &Leaf<'_>, file: &str) -> Option<Cms> {
    let head = &leaf.octets[..leaf.octets.len().min(CMS_HEAD)];
    let holds = |oid| head.first() == Some(&0x30) && memmem::find(head, oid).is_some();
    let is_mime =
        matches!(&*leaf.media, "application/pkcs7-mime" | "application/x-pkcs7-mime") || file.ends_with(".p7m");
    if holds(ENVELOPED_DATA) || holds(AUTH_ENVELOPED_DATA) {
        return Some(Cms::Content);
    }
    if !is_mime && !holds(SIGNED_DATA) {
        return None;
    }
    let only_certificates = leaf
        .parameter("smime-type")
        .is_some_and(|kind| kind.eq_ignore_ascii_case("certs-only"))
        || [".p7b", ".p7c", ".p7s"]
            .iter()
            .any(|extension| file.ends_with(extension));
    Some(if only_certificates {
        Cms::Certificates
    } else {
        Cms::Content
    })
}

/// Some clients attach the key as text.
fn is_public_key(leaf: &Leaf<'_>, file: &str) -> bool {
    let key = b"-----BEGIN PGP PUBLIC KEY BLOCK-----";
    file.ends_with(".asc") && leaf.octets.trim_ascii_start().starts_with(key)
}

fn begins_line(text: &[u8], line: &[u8]) -> bool {
    memmem::find_iter(text, line).any(|at| at == 0 || text[at - 1] == b'\n')
}

#[cfg(test)]
mod tests {
    use super::{super::tree::Budget, *};
    use crate::mail::message::Message;

    /// Returns the media types that stay, in order.
    fn pruned(entity: &str) -> Result<Vec<String>, StripError> {
        let node = super::super::tree::read(&Message::parse(entity.as_bytes()), 0, &mut Budget::default())?;
        let mut media = Vec::new();
        let mut nodes: Vec<_> = prune(node)?.into_iter().collect();
        while let Some(node) = nodes.pop() {
            match node {
                Node::Multipart(multipart) => {
                    media.push("multipart".into());
                    nodes.extend(multipart.children.into_iter().rev());
                }
                Node::Message(_) => media.push("message".into()),
                Node::Leaf(leaf) => media.push(leaf.media),
            }
        }
        Ok(media)
    }

    fn mixed(parts: &[&str]) -> String {
        let parts: String = parts.iter().map(|part| format!("--x\r\n{part}\r\n")).collect();
        format!("Content-Type: multipart/mixed; boundary=x\r\n\r\n{parts}--x--\r\n")
    }

    const TEXT: &str = "Content-Type: text/plain\r\n\r\nHello";

    #[test]
    fn signatures_certificates_and_keys_go() {
        for part in [
            "Content-Type: application/pkcs7-signature\r\n\r\nx",
            "Content-Type: application/x-pkcs7-signature; name=smime.p7s\r\n\r\nx",
            "Content-Type: application/pgp-signature\r\n\r\nx",
            "Content-Type: application/pgp-keys\r\n\r\nx",
            "Content-Type: application/pkcs7-mime; smime-type=certs-only\r\n\r\nx",
            "Content-Type: application/pkcs7-mime; name=smime.p7c\r\n\r\nx",
            "Content-Type: application/x-x509-user-cert\r\n\r\nx",
            "Content-Type: text/plain; name=OpenPGP_0x1234.asc\r\n\r\n-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\nx",
            "Content-Type: text/rfc822-headers; protected-headers=v1\r\n\r\nSubject: x",
            "Content-Type: application/octet-stream; name=a.p7b\r\nContent-Transfer-Encoding: base64\r\n\r\nMIIBAAYJKoZIhvcNAQcC",
        ] {
            assert_eq!(pruned(&mixed(&[TEXT, part])), Ok(vec!["text/plain".into()]), "{part}");
            assert_eq!(pruned(part), Ok(vec![]), "{part}");
        }
    }

    #[test]
    fn what_cannot_be_looked_into_stops_the_reply() {
        for (part, error) in [
            (
                "Content-Type: application/pkcs7-mime\r\n\r\nx",
                StripError::StillEncrypted,
            ),
            (
                "Content-Type: application/x-pkcs7-mime; smime-type=signed-data\r\n\r\nx",
                StripError::StillEncrypted,
            ),
            (
                "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\nMIAGCSqGSIb3DQEHA6CA",
                StripError::StillEncrypted,
            ),
            (
                "Content-Type: application/octet-stream; name=smime.p7m\r\n\r\n-----BEGIN PKCS7-----",
                StripError::StillEncrypted,
            ),
            (
                "Content-Type: multipart/encrypted; boundary=y\r\n\r\n--y\r\n\r\nx\r\n--y--",
                StripError::StillEncrypted,
            ),
            (
                "Hi\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nx",
                StripError::StillEncrypted,
            ),
            ("Content-Type: application/ms-tnef\r\n\r\nx", StripError::Tnef),
            (
                "Content-Type: application/octet-stream; name=\"WINMAIL.DAT\"\r\n\r\nx",
                StripError::Tnef,
            ),
            ("Content-Type: message/external-body\r\n\r\nx", StripError::Kind),
            ("Content-Type: message/partial\r\n\r\nx", StripError::Kind),
            ("Content-Type: multipart/mixed\r\n\r\nx", StripError::Structure),
        ] {
            assert_eq!(pruned(part), Err(error), "{part}");
            assert_eq!(pruned(&mixed(&[TEXT, part])), Err(error), "{part}");
        }
    }

    #[test]
    fn a_signed_part_is_its_content() {
        let signed = format!(
            "Content-Type: multipart/signed; boundary=y\r\n\r\n--y\r\n{TEXT}\r\n--y\r\nContent-Type: a/b\r\n\r\nx\r\n--y--\r\n"
        );
        assert_eq!(pruned(&signed), Ok(vec!["text/plain".into()]));
        assert_eq!(
            pruned(&mixed(&[&signed, "Content-Type: image/png\r\n\r\nx"])),
            Ok(vec!["multipart".into(), "text/plain".into(), "image/png".into()])
        );
    }

    #[test]
    fn a_quoted_pgp_message_is_text() {
        assert_eq!(
            pruned("Hi\r\n\r\n> -----BEGIN PGP MESSAGE-----\r\n> x"),
            Ok(vec!["text/plain".into()])
        );
    }
}
