//! Names the forms of messages that are not supported.
//!
//! Each is a property of the form alone. Everybody sees it, and it is found before any key is looked up, so its name
//! tells the sender nothing about keys.

use const_oid::{ObjectIdentifier, db::rfc5911::RC_2_CBC};

/// A form that is not supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsupported {
    /// The cipher of the content.
    Cipher(ObjectIdentifier),
    /// How the content key is encrypted, for each recipient.
    KeyTransport(ObjectIdentifier),
    /// RSA-OAEP with two different hashes, or with one that is not known.
    OaepHashes(ObjectIdentifier),
    /// RSA-OAEP with a label.
    OaepLabel,
    /// No recipient has an RSA key. The content key is agreed on, or comes from a password or another key.
    NoKeyTransport,
    /// A CMS content type that RFC 8551 does not have.
    ContentType(ObjectIdentifier),
    /// The signed, encrypted or compressed content is not MIME by its content type.
    Content(ObjectIdentifier),
    /// The compression algorithm.
    Compression(ObjectIdentifier),
    /// OpenPGP data without protection against changes (RFC 9580 §5.7).
    Unprotected,
}

impl Unsupported {
    /// Describes the form in words that follow "it is".
    pub fn words(self) -> &'static str {
        match self {
            Self::Cipher(oid) => cipher(oid),
            Self::KeyTransport(_) => "encrypted to RSA keys in a form unknown here",
            Self::OaepHashes(_) => "encrypted with RSA-OAEP and two different hashes, or an unknown one",
            Self::OaepLabel => "encrypted with RSA-OAEP and a label",
            Self::NoKeyTransport => "encrypted by key agreement or with a password, and to no RSA key",
            Self::ContentType(_) => "a CMS object of a kind that is no S/MIME mail",
            Self::Content(_) => "a signed or encrypted object that holds no mail",
            Self::Compression(_) => "compressed with something else than zlib",
            Self::Unprotected => "encrypted with OpenPGP without integrity protection",
        }
    }
}

/// Ciphers by the arc of their identifiers. Modes and key lengths are numbered below it.
const CIPHERS: [(&str, &str); 12] = [
    // RFC 3657.
    ("1.2.392.200011.61.1.1.1", "encrypted with Camellia"),
    // RFC 4010.
    ("1.2.410.200004.1", "encrypted with SEED"),
    // RFC 5794.
    ("1.2.410.200046.1.1", "encrypted with ARIA"),
    // RFC 2984.
    ("1.2.840.113533.7.66", "encrypted with CAST-128"),
    // RFC 3058.
    ("1.3.6.1.4.1.188.7.1.1", "encrypted with IDEA"),
    // RFC 4490.
    ("1.2.643.2.2.21", "encrypted with GOST 28147-89"),
    ("1.2.643.7.1.1.5", "encrypted with GOST R 34.12-2015"),
    // RFC 8103.
    ("1.2.840.113549.1.9.16.3.18", "encrypted with ChaCha20-Poly1305"),
    ("1.3.14.3.2.7", "encrypted with DES"),
    ("1.2.840.113549.3.4", "encrypted with RC4"),
    ("1.2.156.10197.1.104", "encrypted with SM4"),
    // Other modes of AES.
    ("2.16.840.1.101.3.4.1", "encrypted with AES in a mode unknown here"),
];

fn cipher(oid: ObjectIdentifier) -> &'static str {
    if oid == RC_2_CBC {
        return "encrypted with RC2";
    }
    let below = |arc: &str| {
        let oid = oid.to_string();
        oid.strip_prefix(arc)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let known = CIPHERS.iter().find(|(arc, _)| below(arc));
    known.map_or("encrypted with a cipher unknown here", |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ciphers_have_names() {
        for (oid, expected) in [
            ("1.2.392.200011.61.1.1.1.4", "encrypted with Camellia"),
            ("1.2.840.113549.3.2", "encrypted with RC2"),
            ("1.3.14.3.2.7", "encrypted with DES"),
            ("1.3.14.3.2.70", "encrypted with a cipher unknown here"),
            ("2.16.840.1.101.3.4.1.43", "encrypted with AES in a mode unknown here"),
        ] {
            assert_eq!(Unsupported::Cipher(oid.parse().unwrap()).words(), expected, "{oid}");
        }
    }
}
