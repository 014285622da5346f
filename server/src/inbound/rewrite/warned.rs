//! The entity with a line above it that every client shows: multipart/mixed (RFC 2046 §5.1.3) of the warning and of the
//! original, which stays byte for byte.

use sha2::{Digest, Sha256};

use super::{
    legacy::Display,
    part::{Changes, push_line, push_part},
};
use crate::mail::{
    header,
    message::Message,
    mime::{contains, push_base64},
};

/// RFC 9788 §2.1.2, as a parameter that follows others.
const DISPLAYED: &str = "; hp-legacy-display=\"1\"";

/// Appends the fields and the parts. The warning has what is to stand at the top of the text (RFC 9788 §5.2), if anything.
pub fn push(
    entity: &mut Vec<u8>,
    (warning, display): (&str, Option<&Display>),
    received: &[u8],
    message: &Message<'_>,
    changes: &Changes,
) {
    let boundary = boundary(received);
    push_line(entity, format!("{}: 1.0", header::MIME_VERSION).as_bytes());
    let content_type = format!(
        "{}: multipart/mixed; boundary=\"{boundary}\"{}",
        header::CONTENT_TYPE,
        changes.written()
    );
    push_line(entity, content_type.as_bytes());
    // RFC 2045 §6.4: a multipart has the encoding that its parts need.
    if !message.body().is_ascii() {
        let encoding = format!("{}: 8bit", header::CONTENT_TRANSFER_ENCODING);
        push_line(entity, encoding.as_bytes());
    }
    entity.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
    match display {
        Some(display) => push_warning(entity, &format!("{}{warning}", display.plain()), DISPLAYED),
        None => push_warning(entity, warning, ""),
    }
    entity.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
    push_part(entity, message, &Changes::default());
    entity.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
}

fn push_warning(entity: &mut Vec<u8>, warning: &str, parameter: &str) {
    let charset = if warning.is_ascii() { "us-ascii" } else { "utf-8" };
    let fields = format!(
        "{}: text/plain; charset={charset}{parameter}\r\n{}: inline\r\n",
        header::CONTENT_TYPE,
        header::CONTENT_DISPOSITION
    );
    entity.extend_from_slice(fields.as_bytes());
    if warning.is_ascii() {
        entity.extend_from_slice(format!("\r\n{warning}\r\n").as_bytes());
    } else {
        let encoding = format!("{}: base64\r\n\r\n", header::CONTENT_TRANSFER_ENCODING);
        entity.extend_from_slice(encoding.as_bytes());
        push_base64(format!("{warning}\r\n").as_bytes(), entity);
    }
}

/// The hash of the message, which no message can hold; hashed again in case that one did.
fn boundary(received: &[u8]) -> String {
    let mut hash = Sha256::digest(received);
    loop {
        let boundary = format!("=_{}", hex::encode(&hash[..16]));
        if !contains(received, &boundary) {
            return boundary;
        }
        hash = Sha256::digest(hash);
    }
}
