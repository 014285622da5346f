//! Puts a multipart/mixed (RFC 2046 §5.1.3) around the unchanged original.
//!
//! It is needed for a line above the original that every client shows, and if the original itself is signed or
//! encrypted. Nested layers of cryptography count as one envelope, and a client shows and answers to the header in the
//! innermost one (RFC 9788 §1.1.1). That must not be the sender's, because answers would bypass the relay.

use super::{
    legacy::Display,
    part::{Changes, boundary, push_line, push_part},
};
use crate::mail::{header, message::Message, mime::push_base64, value};

/// RFC 9788 §2.1.2, as a further parameter.
const DISPLAYED: &str = "; hp-legacy-display=\"1\"";

/// Whether a message is a cryptographic layer (RFC 9788 §1.1.1), signed or encrypted as a whole by S/MIME (RFC 8551 §3)
/// or PGP/MIME (RFC 3156).
pub fn is_layer(message: &Message<'_>) -> bool {
    let content_type = message.first(header::CONTENT_TYPE).and_then(value::content_type);
    content_type.is_some_and(|each| {
        let subtype = each.subtype().unwrap_or_default().to_ascii_lowercase();
        match each.ctype().to_ascii_lowercase().as_str() {
            "multipart" => matches!(&*subtype, "signed" | "encrypted"),
            "application" => matches!(&*subtype, "pkcs7-mime" | "x-pkcs7-mime"),
            _ => false,
        }
    })
}

/// Appends the fields and the parts. Above the original stand the notes and the lines at the top of the text (RFC 9788
/// §5.2), if there are any.
pub fn push(
    entity: &mut Vec<u8>,
    (notes, display): (Option<&str>, Option<&Display>),
    message: &Message<'_>,
    changes: &Changes,
) {
    let boundary = boundary(message.octets());
    push_line(entity, format!("{}: 1.0", header::MIME_VERSION).as_bytes());
    let content_type = format!(
        "{}: multipart/mixed; boundary=\"{boundary}\"{}",
        header::CONTENT_TYPE,
        changes.to_parameters()
    );
    push_line(entity, content_type.as_bytes());
    // RFC 2045 §6.4: a multipart has the encoding that its parts need.
    if !message.body().is_ascii() {
        let encoding = format!("{}: 8bit", header::CONTENT_TRANSFER_ENCODING);
        push_line(entity, encoding.as_bytes());
    }
    let above = match (notes, display) {
        (notes, Some(display)) => Some((format!("{}{}", display.plain(), notes.unwrap_or_default()), DISPLAYED)),
        (Some(notes), None) => Some((notes.to_owned(), "")),
        (None, None) => None,
    };
    if let Some((text, parameter)) = above {
        entity.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
        push_text(entity, &text, parameter);
    }
    entity.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
    push_part(entity, message, &Changes::default());
    entity.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
}

fn push_text(entity: &mut Vec<u8>, text: &str, parameter: &str) {
    let charset = if text.is_ascii() { "us-ascii" } else { "utf-8" };
    let fields = format!(
        "{}: text/plain; charset={charset}{parameter}\r\n{}: inline\r\n",
        header::CONTENT_TYPE,
        header::CONTENT_DISPOSITION
    );
    entity.extend_from_slice(fields.as_bytes());
    if text.is_ascii() {
        entity.extend_from_slice(format!("\r\n{text}\r\n").as_bytes());
    } else {
        let encoding = format!("{}: base64\r\n\r\n", header::CONTENT_TRANSFER_ENCODING);
        entity.extend_from_slice(encoding.as_bytes());
        push_base64(format!("{text}\r\n").as_bytes(), entity);
    }
}
