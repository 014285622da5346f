//! The entity with a line above it that every client shows: multipart/mixed (RFC 2046 §5.1.3) of the warning and of the
//! original, which stays byte for byte.

use sha2::{Digest, Sha256};

use super::inner::{push_line, push_part};
use crate::mail::{
    header,
    message::Message,
    mime::{contains, push_base64},
};

/// Appends the fields and the parts.
pub fn push(entity: &mut Vec<u8>, warning: &str, received: &[u8], message: &Message<'_>) {
    let boundary = boundary(received);
    push_line(entity, format!("{}: 1.0", header::MIME_VERSION).as_bytes());
    let content_type = format!("{}: multipart/mixed; boundary=\"{boundary}\"", header::CONTENT_TYPE);
    push_line(entity, content_type.as_bytes());
    // RFC 2045 §6.4: a multipart has the encoding that its parts need.
    if !message.body().is_ascii() {
        let encoding = format!("{}: 8bit", header::CONTENT_TRANSFER_ENCODING);
        push_line(entity, encoding.as_bytes());
    }
    entity.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
    push_warning(entity, warning);
    entity.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
    push_part(entity, message);
    entity.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
}

fn push_warning(entity: &mut Vec<u8>, warning: &str) {
    let charset = if warning.is_ascii() { "us-ascii" } else { "utf-8" };
    let fields = format!(
        "{}: text/plain; charset={charset}\r\n{}: inline\r\n",
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
