//! Defines the faults of a submitted OpenPGP key, and the check that keeps a private key in the browser.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Why a submitted key is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyFault {
    /// The text is not an OpenPGP public key.
    #[error("This is no OpenPGP public key. It begins with “-----BEGIN PGP PUBLIC KEY BLOCK-----”")]
    NoKey,
    /// The text holds more than one key.
    #[error("There is more than one key in it. Please export the one for this mailbox alone")]
    Several,
    /// The text holds a private key.
    #[error(
        "This is your private key, which nobody but you may have. It was not kept. Please export the public key; if you sent the \
         private one over the network, consider making a new key"
    )]
    Secret,
    /// The key has expired.
    #[error("This key has expired. Extend its expiration in your mail app and export it again")]
    Expired,
    /// The key is revoked.
    #[error("This key has been revoked, and must not be used any more")]
    Revoked,
    /// The key is for signatures only, or its encryption subkeys have expired.
    #[error("Nothing can be encrypted to this key: it has no subkey for encryption that is valid now")]
    NoEncryption,
    /// The key or its bindings are too weak.
    #[error("This key is not safe enough for mail: {0}")]
    Weak(Weakness),
    /// The relay cannot use the algorithm or curve, however safe it is.
    #[error(
        "This relay does not support this kind of key, such as one on a Brainpool curve. The key may be as safe as any other. Please make \
         a key with Curve25519 or RSA, which every OpenPGP app has"
    )]
    Unsupported,
    /// The key was created in the future by its own date.
    #[error("By its own date this key was made in the future. Is the clock of your device right?")]
    NotYet,
}

/// Why a key is too weak. It holds no text, because errors travel in URLs, which anybody can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, derive_more::Display)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Weakness {
    /// The RSA key is too short.
    #[display("RSA with {bits} bits is too weak; at least 2048 are needed")]
    Rsa {
        /// Its length in bits.
        bits: u32,
    },
    /// The algorithm is DSA or ElGamal.
    #[display("its algorithm, DSA or ElGamal, is no longer safe")]
    Obsolete,
    /// Its self-signatures use a broken hash.
    #[display("its own signatures use a hash that is broken; extend or renew the key with a current program")]
    Hash,
    /// Its self-signatures do not verify.
    #[display("its own signatures do not hold")]
    Unbound,
}

/// Whether a text or a file contains an OpenPGP private key, armored or not (RFC 9580 §5.5.1.3, §6.2). The browser
/// checks this before it sends anything. The server checks more closely.
pub fn holds_secret(submitted: &[u8]) -> bool {
    const ARMOR: &[u8] = b"PGP PRIVATE KEY BLOCK";
    let submitted = &*unmarked(submitted);
    // A Secret-Key packet (tag 5), in both formats of packet headers.
    let binary = submitted.first().is_some_and(|first| match first {
        first if first & 0xc0 == 0xc0 => first & 0x3f == 5,
        first => first & 0xc0 == 0x80 && (first >> 2) & 0x0f == 5,
    });
    binary || submitted.windows(ARMOR.len()).any(|window| window == ARMOR)
}

/// Removes a byte order mark and converts UTF-16, which some shells write, to UTF-8 (RFC 2781 §3.2). A file without a
/// mark stays unchanged.
pub fn unmarked(file: &[u8]) -> Cow<'_, [u8]> {
    let (unit, wide): (fn([u8; 2]) -> u16, _) = match file {
        [0xef, 0xbb, 0xbf, text @ ..] => return Cow::Borrowed(text),
        [0xff, 0xfe, wide @ ..] => (u16::from_le_bytes, wide),
        [0xfe, 0xff, wide @ ..] => (u16::from_be_bytes, wide),
        _ => return Cow::Borrowed(file),
    };
    let units = wide.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units)
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    Cow::Owned(text.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_is_seen_in_every_form_that_a_shell_writes() {
        let text = "-----BEGIN PGP PRIVATE KEY BLOCK-----\r\n\r\nlFgE";
        let little = text.encode_utf16().flat_map(u16::to_le_bytes);
        let big = text.encode_utf16().flat_map(u16::to_be_bytes);
        for file in [
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [0xff, 0xfe].into_iter().chain(little).collect(),
            [0xfe, 0xff].into_iter().chain(big).collect(),
        ] {
            assert!(holds_secret(&file), "{file:?}");
            assert_eq!(*unmarked(&file), *text.as_bytes());
        }
        // The first octet of the mark looks like a packet.
        assert!(!holds_secret(b"\xef\xbb\xbf-----BEGIN PGP PUBLIC KEY BLOCK-----"));
        assert_eq!(*unmarked(b"\xff\xfe\x41"), *b"", "half a unit is none");
        assert_eq!(*unmarked(b"\x99\x01"), *b"\x99\x01");
    }

    #[test]
    fn private_keys_are_seen_before_they_are_sent() {
        for (submitted, expected) in [
            (&b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlFgE"[..], true),
            (b"look:\r\n-----BEGIN PGP PRIVATE KEY BLOCK-----", true),
            (b"\xc5\x58\x04", true),
            (b"\x94\x58\x04", true),
            (b"\x95\x03\x98\x04", true),
            (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME", false),
            (b"\xc6\x33\x04", false),
            (b"\x98\x33\x04", false),
            (b"\x99\x01\x8d\x04", false),
            (b"", false),
            (b"text", false),
        ] {
            assert_eq!(holds_secret(submitted), expected, "{submitted:?}");
        }
    }
}
