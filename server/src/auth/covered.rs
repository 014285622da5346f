//! The part of a message that a DKIM signature vouches for: header fields that the signature covers and that occur once,
//! and the body.
//!
//! RFC 6376 §5.4.2 selects fields from the bottom up, so that a second field of a name on top leaves the signature valid
//! and changes what a reader sees. Such a name is ambiguous, and its fields are not covered.

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

/// Most names in the `h=` of a signature that counts. Real ones have below a hundred. The library looks for each name among all
/// that were named before it, which takes minutes for a header full of names.
pub const MOST_NAMES: usize = 250;

/// What one valid signature in alignment with the author covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// By name in lower case: the one field, or `None` if the signature vouches that there is none.
    fields: HashMap<String, Option<Vec<u8>>>,
    /// SHA-256 of the body in the relaxed form (RFC 6376 §3.4.4).
    body: [u8; 32],
    /// The signature's `t=`, in seconds since 1970.
    stamp: Option<i64>,
}

impl Covered {
    /// Both readers of the message must agree on a field: `ours` decides what is used, `theirs` what was verified.
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

    /// The only field of this name, if the signature covers it.
    pub fn field(&self, name: &str) -> Option<Field<'_>> {
        Field::parse(self.fields.get(&name.to_ascii_lowercase())?.as_deref()?)
    }

    /// Whether the signature vouches that the message was signed without a field of this name (RFC 6376 §5.4: the name
    /// is listed once more than there are fields).
    pub fn lacks(&self, name: &str) -> bool {
        matches!(self.fields.get(&name.to_ascii_lowercase()), Some(None))
    }

    /// The moment of signing (`t=`), or else of the covered Date. The signer's word, so compare it with the clock.
    pub fn signed_at(&self) -> Option<OffsetDateTime> {
        let stamp = self.stamp.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
        stamp.or_else(|| self.field(header::DATE).and_then(value::date))
    }

    /// What tells this content from all other: SHA-256 of the body and of the covered fields of these names.
    ///
    /// White space and folding do not count (RFC 6376 §3.4.2, §3.4.4), nor does any field that was added or any other
    /// signature. Pass only names that are covered for sure: a copy that lost one of two signatures has fewer.
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

    /// How many fields are covered; of two signatures the one that covers more is more use.
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }
}

/// What both readers see of a name that the signature lists.
#[derive(Default)]
struct Found<'a> {
    ours: usize,
    field: Option<Field<'a>>,
    theirs: usize,
    verified: Option<&'a [u8]>,
}

impl Found<'_> {
    /// The one field, or that there is none. Returns `None` if there are several, or if the two readers differ.
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

/// The same for every signature of a message, however its signer made the body canonical.
fn body_digest(body: &[u8], signature: &Signature) -> [u8; 32] {
    let relaxed = (signature.cb == Canonicalization::Relaxed).then(|| signature.bh.as_slice().try_into());
    // The hash in a valid signature is that of the body.
    if let Some(Ok(known)) = relaxed {
        return known;
    }
    let digest = HashAlgorithm::Sha256.hash(Canonicalization::Relaxed.canonical_body(body, 0));
    digest.as_ref().try_into().unwrap_or_default()
}

/// A field with its name in lower case, unfolded, each run of white space one space (RFC 6376 §3.4.2).
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
