//! Computes marks that recognise a repeated message, even in another form.

use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::Signature;

/// A text under a valid signature of the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedText {
    /// SHA-256 of the text.
    pub digest: [u8; 32],
    /// [`Signature::signing_time`].
    pub signed_at: Option<OffsetDateTime>,
}

/// Digests that no other message of the person has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// [`Signature::digest`] of every valid signature of the person.
    pub signatures: Vec<[u8; 32]>,
    /// The digest that each signature covers, and its time. Without them, two signatures over one text would each pass
    /// once.
    pub texts: Vec<SignedText>,
    /// SHA-256 of the content key. No two messages share it. Nobody can change the key or its ciphertext without
    /// knowing it.
    pub key: Option<[u8; 32]>,
}

impl Marks {
    /// Records the valid signatures over a text.
    pub(in crate::seal) fn note(&mut self, text: &[u8], signatures: &[Signature]) {
        if signatures.is_empty() {
            return;
        }
        let digest = digest(text);
        for signature in signatures {
            self.signatures.push(signature.digest);
            self.texts.push(SignedText {
                digest,
                signed_at: signature.signing_time,
            });
        }
    }

    /// Adds the marks of another layer of the same message.
    pub(in crate::seal) fn extend(&mut self, other: Self) {
        self.signatures.extend(other.signatures);
        self.texts.extend(other.texts);
        self.key = other.key.or(self.key);
    }
}

/// Hashes a text without its line ends, because OpenPGP signatures over text ignore them (RFC 9580 §5.2.1.2).
fn digest(text: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for line in text.split(|octet| *octet == b'\n') {
        digest.update(line.trim_ascii_end());
        digest.update(b"\n");
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_make_no_other_text() {
        assert_eq!(digest(b"A: b\r\n\r\ntext \r\n"), digest(b"A: b\n\ntext\n"));
        assert_ne!(digest(b"A: b\r\n\r\ntext"), digest(b"A: b\r\ntext"));
    }
}
