//! Tells whether a body could be read in another way than it was signed.
//!
//! Content-Type, Content-Transfer-Encoding and Content-Disposition define how to read a body, and real signatures do
//! not cover them all. Gmail omits Content-Type. iCloud and Outlook.com omit Content-Transfer-Encoding. Fastmail covers
//! both. A field that is not covered may have been changed, added or removed. It counts only if the covered body itself
//! admits no other value:
//!
//! | not covered | believed if |
//! | --- | --- |
//! | multipart type | the body is nothing but parts between the lines of this very boundary, and they are what the subtype asks for |
//! | text type | the body is not a multipart one, HTML begins as HTML and plain text does not, the charset cannot matter |
//! | S/MIME type | the body is DER or BER: it opens or it is refused |
//! | encoding | the body has the form that the encoding makes, and the declared form is the only one |
//! | disposition | it is no attachment, or the body is parts or S/MIME |
//!
//! MIME-Version has no effect on the readers in this program, so it is not checked.

use mail_parser::ContentType;

use super::covered::Covered;
use crate::mail::{
    content::{self, Content},
    header,
    message::{Field, Message},
    multipart, value,
};

/// Most parts of a multipart body that are checked.
const MOST_PARTS: usize = 100;

/// Lines that clients put before the first part for readers without MIME.
const PREAMBLES: [&[u8]; 4] = [
    b"This is a multi-part message in MIME format.",
    b"This is a cryptographically signed message in MIME format.",
    b"This is an OpenPGP/MIME signed message (RFC 4880 and 3156)",
    b"This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)",
];

/// From this length on, a text without white space and punctuation counts as base64.
const LONG: usize = 20;

/// Longest line of base64 and quoted-printable (RFC 2045 §6.7, §6.8).
const LINE: usize = 76;

/// Whether the signature and the body leave only one way to read the body.
pub fn is_clear(message: &Message<'_>, covered: &Covered) -> bool {
    let [kind, encoding, disposition] = [
        header::CONTENT_TYPE,
        header::CONTENT_TRANSFER_ENCODING,
        header::CONTENT_DISPOSITION,
    ]
    .map(|name| Told::of(message, covered, name));
    let (Some(kind), Some(encoding), Some(disposition)) = (kind, encoding, disposition) else {
        return false;
    };
    let media = match kind.field.map(value::content_type) {
        None => Media::plain(),
        Some(Some(content_type)) => Media(content_type),
        Some(None) => return kind.vouched && encoding.vouched && disposition.vouched,
    };
    let body = message.body();
    (encoding.vouched || media.is_clear_encoding(body, encoding.field))
        && (kind.vouched || media.is_clear_type(body, encoding.field))
        && (disposition.vouched
            || media.is_composite()
            || media.is("application", "pkcs7-mime")
            || is_inline(&disposition))
}

/// A field that defines how to read the body, or its absence.
struct Told<'a> {
    field: Option<Field<'a>>,
    vouched: bool,
}

impl<'a> Told<'a> {
    /// `None` if there are several.
    fn of(message: &Message<'a>, covered: &Covered, name: &str) -> Option<Self> {
        let field = message.first(name);
        let vouched = match field {
            Some(_) => covered.field(name).is_some(),
            None => covered.lacks(name),
        };
        (message.count(name) <= 1).then_some(Self { field, vouched })
    }
}

fn is_inline(disposition: &Told<'_>) -> bool {
    let Some(field) = disposition.field else { return true };
    let inline = value::disposition(field).filter(|kind| kind.c_type.eq_ignore_ascii_case("inline"));
    inline.is_some_and(|kind| kind.attributes().is_none_or(<[_]>::is_empty))
}

/// A media type.
struct Media(ContentType<'static>);

impl Media {
    /// RFC 2045 §5.2: the type of a message without one.
    fn plain() -> Self {
        Self(ContentType {
            c_type: "text".into(),
            c_subtype: Some("plain".into()),
            attributes: None,
        })
    }

    fn subtype(&self) -> String {
        self.0.c_subtype.as_deref().unwrap_or_default().to_ascii_lowercase()
    }

    fn is(&self, kind: &str, subtype: &str) -> bool {
        let own = self.subtype();
        self.0.c_type.eq_ignore_ascii_case(kind) && own.strip_prefix("x-").unwrap_or(&own) == subtype
    }

    fn is_multipart(&self) -> bool {
        self.0.c_type.eq_ignore_ascii_case("multipart")
    }

    fn is_composite(&self) -> bool {
        self.is_multipart() || self.0.c_type.eq_ignore_ascii_case("message")
    }

    /// RFC 2045 §6.4 allows only identity encodings for multiparts.
    fn is_clear_encoding(&self, body: &[u8], encoding: Option<Field<'_>>) -> bool {
        let identity = content::is_identity(encoding);
        if self.is_composite() || identity {
            return identity && (self.is_composite() || !is_base64(body) && !has_escapes(body));
        }
        match encoding.and_then(value::text).unwrap_or_default().trim() {
            name if name.eq_ignore_ascii_case("base64") => is_base64(body),
            name if name.eq_ignore_ascii_case("quoted-printable") => is_quoted_printable(body),
            _ => false,
        }
    }

    fn is_clear_type(&self, body: &[u8], encoding: Option<Field<'_>>) -> bool {
        let enclosing = enclosing_boundary(body);
        if self.is_multipart() {
            let named = self.0.attribute("boundary").map(str::as_bytes);
            return named.is_some() && named == enclosing && self.fits(body);
        }
        let Ok(text) = Content::decode(body, encoding) else {
            return false;
        };
        if enclosing.is_some() || self.0.attribute("delsp").is_some() {
            false
        } else if self.is("application", "pkcs7-mime") {
            // A SEQUENCE. Anything but CMS does not open.
            text.first() == Some(&0x30)
        } else if self.is("text", "html") {
            is_html(&text) && self.is_clear_charset(&text)
        } else {
            self.is("text", "plain") && !is_html(&text) && self.is_clear_charset(&text)
        }
    }

    /// Whether the parts fit this subtype only. Mixed and related may stand for each other, because both show
    /// everything.
    fn fits(&self, body: &[u8]) -> bool {
        let boundary = self.0.attribute("boundary").unwrap_or_default();
        let Ok(parts) = multipart::split(body, boundary, MOST_PARTS) else {
            return false;
        };
        let parts: Vec<_> = parts.into_iter().map(|part| Message::parse(&body[part])).collect();
        let kinds: Vec<_> = parts.iter().map(kind_of).collect();
        let second = kinds.get(1).filter(|_| kinds.len() == 2);
        let alternatives = |kinds: &[String]| {
            let richer =
                |kind: &String| kind.starts_with("multipart/") || kind == "text/html" || kind == "text/calendar";
            kinds.len() > 1 && kinds[0] == "text/plain" && kinds[1..].iter().all(richer)
        };
        let expected: &[&str] = if kinds.first().is_some_and(|kind| kind == "application/pgp-encrypted") {
            &["encrypted"]
        } else if second.is_some_and(|kind| kind.ends_with("-signature")) {
            &["signed"]
        } else if alternatives(&kinds) && parts.iter().all(|part| part.count(header::CONTENT_DISPOSITION) == 0) {
            &["alternative"]
        } else {
            &["mixed", "related"]
        };
        expected.contains(&&*self.subtype()) && self.0.attribute("start").is_none()
    }

    /// Whether no other charset would turn it into another readable text.
    fn is_clear_charset(&self, text: &[u8]) -> bool {
        let charset = self.0.attribute("charset").unwrap_or("us-ascii").to_ascii_lowercase();
        let keeps_ascii = ["us-ascii", "ascii", "utf-8", "utf8"].contains(&&*charset)
            || ["iso-8859-", "windows-125"]
                .iter()
                .any(|start| charset.starts_with(start));
        match text.is_ascii() {
            // ESC switches the character set in ISO 2022.
            true => keeps_ascii && !text.contains(&0x1b),
            false => charset.starts_with("utf") && keeps_ascii && std::str::from_utf8(text).is_ok(),
        }
    }
}

/// Returns the media type of a part in lower case.
fn kind_of(part: &Message<'_>) -> String {
    let media = part
        .first(header::CONTENT_TYPE)
        .map_or_else(|| Some(Media::plain()), |field| value::content_type(field).map(Media));
    media.map_or_else(String::new, |media| {
        format!("{}/{}", media.0.c_type.to_ascii_lowercase(), media.subtype())
    })
}

/// Returns the boundary of a body that consists of parts only, from its first line to its last line.
fn enclosing_boundary(body: &[u8]) -> Option<&[u8]> {
    let mut lines = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let is_text = |line: &&[u8]| !line.is_empty() && !PREAMBLES.contains(line);
    let boundary = lines.find(is_text)?.strip_prefix(b"--")?;
    let last = body.trim_ascii_end();
    let last = &last[last.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)..];
    let closed = last.strip_prefix(b"--")?.strip_suffix(b"--")?;
    (!boundary.is_empty() && closed == boundary).then_some(boundary)
}

/// Whether a browser would treat it as HTML, because it begins with a tag.
fn is_html(text: &[u8]) -> bool {
    matches!(text.trim_ascii_start(), [b'<', next, ..] if next.is_ascii_alphabetic() || *next == b'!')
}

/// Whether a base64 encoder would write this.
fn is_base64(body: &[u8]) -> bool {
    let mut digits = 0_usize;
    let mut padding = 0_usize;
    for line in body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end) {
        let own = line.iter().rev().take_while(|byte| **byte == b'=').count();
        let alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        if line.len() > LINE || !line[..line.len() - own].iter().all(alphabet) || padding > 0 && !line.is_empty() {
            return false;
        }
        padding += own;
        digits += line.len() - own;
    }
    padding <= 2 && digits > 0 && (digits + padding).is_multiple_of(4) && (padding > 0 || digits >= LONG)
}

/// Whether decoding it as quoted-printable would change it.
fn has_escapes(body: &[u8]) -> bool {
    let mut tails = body
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'=')
        .map(|(at, _)| &body[at + 1..]);
    tails.any(|tail| match tail {
        [] | [b'\r' | b'\n' | b' ' | b'\t', ..] => true,
        [high, low, ..] => high.is_ascii_hexdigit() && low.is_ascii_hexdigit(),
        [_] => false,
    })
}

/// Whether a quoted-printable encoder would write this. It escapes what it must, and otherwise only what transport may
/// change.
fn is_quoted_printable(body: &[u8]) -> bool {
    body.split(|byte| *byte == b'\n').all(|line| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let escape = |at: usize| match &line[at + 1..] {
            [] => true,
            [high, low, rest @ ..] => {
                let code = [*high, *low].map(|digit| char::from(digit).to_digit(16));
                let is_upper = ![*high, *low].iter().any(u8::is_ascii_lowercase);
                let [Some(high), Some(low)] = code else { return false };
                is_upper
                    && match (high << 4 | low, rest) {
                        (0x3d | 0x80.., _) | (0x20 | 0x09, [] | [b'=']) => true,
                        (0x2e | 0x46, _) => at == 0,
                        _ => false,
                    }
            }
            [_] => false,
        };
        line.len() <= LINE && line.is_ascii() && line.iter().enumerate().all(|(at, byte)| *byte != b'=' || escape(at))
    })
}

#[cfg(test)]
mod tests;
