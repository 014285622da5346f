//! Finds the part of a message that a DKIM signature vouches for: the body, and unique header fields that it covers.
//!
//! RFC 6376 §5.4.2 selects fields from the bottom up. So a second field of the same name on top leaves the signature
//! valid and changes what a reader sees. Such a name is ambiguous, and its fields are not covered.

use std::collections::HashMap;

use mail_auth::{
    AuthenticatedMessage,
    common::crypto::HashAlgorithm,
    dkim::{Canonicalization, Signature},
};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::mail::{
    header,
    message::{Field, Message},
    value,
};

/// Most names in the `h=` of a signature that counts. Real ones have below a hundred. The library compares each name
/// with all earlier ones, which takes minutes for a header full of names.
pub const MOST_NAMES: usize = 250;

/// The part that one valid signature in alignment with the author covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// The only field for each name in lower case, or `None` if the signature vouches that there is none.
    fields: HashMap<String, Option<Vec<u8>>>,
    /// SHA-256 of the body in the relaxed form (RFC 6376 §3.4.4).
    body: [u8; 32],
    /// The signature's `t=`, in seconds since 1970.
    stamp: Option<i64>,
}

impl Covered {
    /// Both parsers must agree on a field. `ours` is what the relay uses, and `theirs` is what was verified.
    pub(super) fn new(ours: &Message<'_>, theirs: &AuthenticatedMessage<'_>, signature: &Signature) -> Self {
        let listed = signature.h.iter().map(|name| name.to_ascii_lowercase());
        let mut found: HashMap<String, Found<'_>> = listed.map(|name| (name, Found::default())).collect();
        for field in ours.fields() {
            if let Some(found) = found.get_mut(&field.name().to_ascii_lowercase()) {
                found.ours += 1;
                found.field = Some(field);
            }
        }
        for (name, value) in &theirs.headers {
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            if let Some(found) = found.get_mut(&name) {
                found.theirs += 1;
                found.verified = Some(value);
            }
        }
        let fields = found
            .into_iter()
            .filter_map(|(name, found)| Some((name, found.agreed()?)));
        Self {
            fields: fields.collect(),
            body: body_digest(ours.body(), signature),
            stamp: i64::try_from(signature.t).ok().filter(|stamp| *stamp > 0),
        }
    }

    /// Returns the only field of this name, if the signature covers it.
    pub fn field(&self, name: &str) -> Option<Field<'_>> {
        Field::parse(self.fields.get(&name.to_ascii_lowercase())?.as_deref()?)
    }

    /// Whether the signature vouches that the message had no field of this name. RFC 6376 §5.4: the name is then listed
    /// once more than there are fields.
    pub fn lacks(&self, name: &str) -> bool {
        matches!(self.fields.get(&name.to_ascii_lowercase()), Some(None))
    }

    /// Returns the time of signing (`t=`), or else the covered Date. The signer chose it, so compare it with the clock.
    pub fn signed_at(&self) -> Option<OffsetDateTime> {
        let stamp = self.stamp.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
        stamp.or_else(|| self.field(header::DATE).and_then(value::date))
    }

    /// Identifies this content by SHA-256 of the body and of the covered fields of these names.
    ///
    /// White space and folding do not count (RFC 6376 §3.4.2, §3.4.4), nor do added fields or other signatures. Pass
    /// only names that are always covered, because a copy that lost one of two signatures has fewer.
    pub fn digest(&self, names: &[&str]) -> [u8; 32] {
        let mut digest = Sha256::new();
        for name in names {
            if let Some(field) = self.field(name) {
                digest.update(relaxed(field));
            }
            digest.update(b"\r\n");
        }
        digest.update(self.body);
        digest.finalize().into()
    }

    /// The number of covered fields. Of two signatures, the one that covers more is more useful.
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }
}

/// The fields that both parsers see for a name in the signature.
#[derive(Default)]
struct Found<'a> {
    ours: usize,
    field: Option<Field<'a>>,
    theirs: usize,
    verified: Option<&'a [u8]>,
}

impl Found<'_> {
    /// Returns the only field, or that there is none. Returns `None` if there are several, or if the parsers differ.
    fn agreed(&self) -> Option<Option<Vec<u8>>> {
        match (self.ours, self.theirs, self.field, self.verified) {
            (0, 0, _, _) => Some(None),
            (1, 1, Some(field), Some(value)) if field.raw_value().trim_ascii() == value.trim_ascii() => {
                Some(Some(field.raw().to_vec()))
            }
            _ => None,
        }
    }
}

/// Hashes the body. The result is the same for every signature of a message, whatever canonical form its signer chose.
fn body_digest(body: &[u8], signature: &Signature) -> [u8; 32] {
    let relaxed = (signature.cb == Canonicalization::Relaxed).then(|| signature.bh.as_slice().try_into());
    // The hash in a valid signature is that of the body.
    if let Some(Ok(known)) = relaxed {
        return known;
    }
    let digest = HashAlgorithm::Sha256.hash(Canonicalization::Relaxed.canonical_body(body, 0));
    digest.as_ref().try_into().unwrap_or_default()
}

/// Returns a field with its name in lower case, unfolded, and with runs of white space reduced to one space (RFC 6376
/// §3.4.2).
pub fn relaxed(field: Field<'_>) -> Vec<u8> {
    let mut form = field.name().to_ascii_lowercase().into_bytes();
    form.push(b':');
    let words = field.raw_value().split(u8::is_ascii_whitespace);
    for (at, word) in words.filter(|word| !word.is_empty()).enumerate() {
        if at > 0 {
            form.push(b' ');
        }
        form.extend_from_slice(word);
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(message: &str, names: &[&str]) -> Covered {
        let signature = Signature {
            h: names.iter().map(|name| (*name).to_owned()).collect(),
            t: 1_795_000_000,
            ..Signature::default()
        };
        let theirs = AuthenticatedMessage::parse(message.as_bytes()).unwrap();
        Covered::new(&Message::parse(message.as_bytes()), &theirs, &signature)
    }

    #[test]
    fn a_field_counts_that_is_listed_and_occurs_once() {
        let message = "Subject: two\r\nTO : odd\r\nFrom: a@b.org\r\nSubject: one\r\nDate: x\r\nX: y\r\n\r\nbody\r\n";
        let covered = covered(message, &["from", "Subject", "to", "date", "cc"]);
        assert_eq!(
            covered.field("FROM").map(|field| field.raw()),
            Some(&b"From: a@b.org\r\n"[..])
        );
        for name in ["Subject", "To", "X", "Cc", "Reply-To"] {
            assert!(covered.field(name).is_none(), "{name}");
        }
        assert!(covered.lacks("cc"));
        for name in ["Subject", "To", "X", "From", "Reply-To"] {
            assert!(!covered.lacks(name), "{name}");
        }
        assert_eq!(
            covered.signed_at().map(OffsetDateTime::unix_timestamp),
            Some(1_795_000_000)
        );
    }

    #[test]
    fn a_digest_is_of_what_is_covered() {
        let names = ["from", "subject"];
        let digest = |message: &str| covered(message, &names).digest(&["From", "Subject"]);
        let one = digest("From: a@b.org\r\nSubject: one two\r\n\r\nbody  text\r\n");
        assert_eq!(
            one,
            digest("X: y\r\nsubject:  one\r\n\ttwo \r\nFrom: a@b.org\r\nTo: x\r\n\r\nbody text \r\n\r\n")
        );
        for other in [
            "From: a@b.org\r\nSubject: onetwo\r\n\r\nbody text\r\n",
            "From: a@b.org\r\nSubject: one two\r\n\r\nbodytext\r\n",
            "From: a@b.org subject: one two\r\nSubject:\r\n\r\nbody text\r\n",
        ] {
            assert_ne!(one, digest(other), "{other}");
        }
    }
}
