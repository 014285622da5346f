//! Computes marks that recognise a repeated message, even in another form.

use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::Signature;

/// A text under a signature of the person's that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedText {
    /// SHA-256 of the text.
    pub digest: [u8; 32],
    /// [`Signature::signing_time`].
    pub signed_at: Option<OffsetDateTime>,
}

/// Digests, each of which no other message of the person's has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// [`Signature::digest`] of every signature of the person's that holds.
    pub signatures: Vec<[u8; 32]>,
    /// The digest each of them is over, and the time it was made. Of two signatures over one text each would pass once otherwise.
    pub texts: Vec<SignedText>,
    /// SHA-256 of the key that the content was encrypted with; no two messages have it in common, and whoever does not know
    /// it can change neither it nor what it encrypts.
    pub key: Option<[u8; 32]>,
}

impl Marks {
    /// Notes the signatures that hold over a text.
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

    /// Notes what another layer of the same message is known by.
    pub(in crate::seal) fn extend(&mut self, other: Self) {
        self.signatures.extend(other.signatures);
        self.texts.extend(other.texts);
        self.key = other.key.or(self.key);
    }
}

/// OpenPGP's signatures over text hold whatever its line ends are (RFC 9580 §5.2.1.2), so those do not count.
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
