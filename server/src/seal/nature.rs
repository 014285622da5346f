//! Whether a received message is signed or encrypted already, told by the bytes of its parts and never by their Content-Type.
//! It is for the log only: every message is sealed.

use base64::{Engine, engine::general_purpose::STANDARD};
use const_oid::db::{
    rfc5911::{ID_CT_AUTH_ENVELOPED_DATA, ID_ENVELOPED_DATA, ID_SIGNED_DATA},
    rfc6268::ID_CT_COMPRESSED_DATA,
};
use der::{Decode, EncodingRules, Length, Reader, SliceReader, Tag, TagNumber, asn1::ObjectIdentifier};

use crate::mail::{
    message::Message,
    structure::{self, Limits},
};

/// Octets of a message that are looked at. What lies behind them cannot cost anything.
const MOST_OCTETS: usize = 1024 * 1024;

/// A message of more parts, or deeper ones, is looked at as a whole only.
const LIMITS: Limits = Limits::DEFAULT;

/// Octets of a part that are looked at: all heads that are read fit in.
const HEAD: usize = 4096;

/// How a message is protected already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Not at all, as far as its first megabyte shows.
    Plain,
    /// A part is CMS SignedData (RFC 5652 §5).
    SmimeSigned,
    /// A part is CMS EnvelopedData or AuthEnvelopedData (RFC 5652 §6, RFC 5083).
    SmimeEncrypted,
    /// A part begins with an OpenPGP signature (RFC 9580 §5.2, §5.4).
    PgpSigned,
    /// A part begins with an encrypted session key or encrypted data of OpenPGP (RFC 9580 §5.1, §5.3, §5.7, §5.13).
    PgpEncrypted,
}

/// Tells how a message is protected. The whole body counts as a part, too, so that a wrong Content-Type hides nothing.
pub fn nature(received: &[u8]) -> Nature {
    let received = &received[..received.len().min(MOST_OCTETS)];
    let parts = structure::read(received, &LIMITS, &mut |_| true).unwrap_or_default();
    let whole = of_part(Message::parse(received).body());
    let leaves = parts.iter().filter(|part| part.is_leaf());
    let seen = leaves.filter_map(|part| received.get(part.body.clone()));
    seen.filter_map(of_part)
        .chain(whole)
        .max_by_key(|nature| matches!(nature, Nature::SmimeEncrypted | Nature::PgpEncrypted))
        .unwrap_or(Nature::Plain)
}

/// A part as it is, or below base64, or below PGP's armor.
fn of_part(part: &[u8]) -> Option<Nature> {
    let head = &part[..part.len().min(HEAD)];
    cms(head)
        .or_else(|| openpgp(&remove_armor(part)?))
        .or_else(|| cms(&decode(head)))
}

/// Whether octets begin as a CMS object of S/MIME does, compressed ones included.
pub(super) fn is_cms(octets: &[u8]) -> bool {
    let content_type = content_type(&octets[..octets.len().min(HEAD)]);
    content_type.is_some_and(|oid| oid == ID_CT_COMPRESSED_DATA || of_content_type(oid).is_some())
}

fn cms(head: &[u8]) -> Option<Nature> {
    of_content_type(content_type(head)?)
}

fn of_content_type(content_type: ObjectIdentifier) -> Option<Nature> {
    match content_type {
        ID_SIGNED_DATA => Some(Nature::SmimeSigned),
        ID_ENVELOPED_DATA | ID_CT_AUTH_ENVELOPED_DATA => Some(Nature::SmimeEncrypted),
        _ => None,
    }
}

/// The content type of a CMS ContentInfo, in DER or BER, whose content begins as that of all kinds does: with a version. Only
/// the head is read, and without recursion.
fn content_type(head: &[u8]) -> Option<ObjectIdentifier> {
    let mut reader = SliceReader::new_with_encoding_rules(head, EncodingRules::Ber).ok()?;
    let explicit = Tag::ContextSpecific {
        constructed: true,
        number: TagNumber(0),
    };
    enter(&mut reader, Tag::Sequence)?;
    let content_type = ObjectIdentifier::decode(&mut reader).ok()?;
    for tag in [explicit, Tag::Sequence, Tag::Integer] {
        enter(&mut reader, tag)?;
    }
    Some(content_type)
}

/// Reads tag and length of a value that has this tag. An indefinite length is passed over here, as the `der` crate would
/// look for its end, which a head does not have.
fn enter(reader: &mut SliceReader<'_>, tag: Tag) -> Option<()> {
    if Tag::decode(reader).ok()? != tag {
        return None;
    }
    match reader.peek_byte()? {
        0x80 => reader.read_byte().map(drop).ok(),
        _ => Length::decode(reader).map(drop).ok(),
    }
}

/// The kind of the first packet (RFC 9580 §4.2).
fn openpgp(bytes: &[u8]) -> Option<Nature> {
    let tag = match bytes.first()? {
        byte if byte & 0xc0 == 0xc0 => byte & 0x3f,
        byte if byte & 0xc0 == 0x80 => byte >> 2 & 0x0f,
        _ => return None,
    };
    match tag {
        1 | 3 | 9 | 18 | 20 => Some(Nature::PgpEncrypted),
        2 | 4 => Some(Nature::PgpSigned),
        _ => None,
    }
}

/// The first bytes below an armor (RFC 9580 §6.2): behind its header line, its headers and an empty line.
fn remove_armor(text: &[u8]) -> Option<Vec<u8>> {
    let label = |label: &[u8]| memchr::memmem::find(text, label);
    let start = label(b"-----BEGIN PGP MESSAGE-----").or_else(|| label(b"-----BEGIN PGP SIGNATURE-----"))?;
    if start > 0 && text[start - 1] != b'\n' {
        return None;
    }
    let armor = &text[start..text.len().min(start + HEAD)];
    let lines = armor.split_inclusive(|byte| *byte == b'\n');
    let headers = lines
        .take_while(|line| !line.trim_ascii().is_empty())
        .map(<[u8]>::len)
        .sum();
    Some(decode(&armor[headers..]))
}

/// As much of a text as is base64, white space left out.
fn decode(text: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = text
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
        .collect();
    STANDARD.decode(&digits[..digits.len() / 4 * 4]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protection_is_told_by_the_bytes() {
        // Tag 1, public-key encrypted session key; tag 4, one-pass signature.
        let pgp = |octets: &[u8]| {
            let text = STANDARD.encode(octets);
            format!("A: b\r\n\r\nHello\r\n-----BEGIN PGP MESSAGE-----\r\nComment: x\r\n\r\n{text}\r\n=abcd\r\n")
                .into_bytes()
        };
        assert_eq!(nature(&pgp(&[0xc1, 0, 0])), Nature::PgpEncrypted);
        assert_eq!(nature(&pgp(&[0x84, 0, 0])), Nature::PgpEncrypted);
        assert_eq!(nature(&pgp(&[0xc4, 0, 0])), Nature::PgpSigned);
        assert_eq!(nature(&pgp(b"text")), Nature::Plain);
        // BER with indefinite lengths, under a name that says nothing.
        let ber = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80\x30\x80\x02\x01\x00\x31";
        for header in ["Content-Type: text/plain\r\n", ""] {
            let message = format!("{header}\r\n{}\r\n", STANDARD.encode(ber));
            assert_eq!(nature(message.as_bytes()), Nature::SmimeEncrypted, "{header:?}");
        }
        let named = format!(
            "Content-Type: application/pkcs7-mime\r\n\r\n{}",
            STANDARD.encode("no CMS at all")
        );
        for plain in [
            named.as_bytes(),
            b"",
            b"\r\n",
            b"0\x80",
            b"\r\n0\x80\x06\x09",
            b"\r\n-----BEGIN PGP MESSAGE-----",
        ] {
            assert_eq!(nature(plain), Nature::Plain);
        }
    }

    #[test]
    fn nesting_costs_nothing() {
        assert_eq!(
            nature(&[b"\r\n".to_vec(), b"\x30\x80".repeat(10_000_000)].concat()),
            Nature::Plain
        );
    }
}
