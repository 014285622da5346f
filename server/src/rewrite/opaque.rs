//! Converts an opaque signature to multipart/signed (RFC 8551 §3.5.3), so that every client can show the text.
//!
//! Inside the relay's seal, Thunderbird shows an opaque signature as an empty message.

use zeroize::Zeroizing;

use super::part::{boundary, push_line};
use crate::{
    mail::{
        header::{CONTENT_DISPOSITION, CONTENT_TRANSFER_ENCODING, CONTENT_TYPE},
        message::Message,
        mime::push_base64,
    },
    seal::open::detach::{Detached, detach},
};

/// Room for two headers and three boundaries.
const AROUND: usize = 1024;

/// Returns the message with its body as multipart/signed, if that is an opaque signature that can be split unchanged.
/// Fields that describe the old body are replaced, and all others stay.
pub fn convert(received: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let Detached {
        content,
        signature,
        micalg,
    } = detach(received)?;
    let message = Message::parse(received);
    let fields: usize = message.fields().map(|field| field.raw().len()).sum();
    // Base64 has 78 octets for 57. The buffer must not grow, because old buffers would not be wiped.
    let room = fields + content.len() + signature.len() / 57 * 78 + AROUND;
    let mut entity = Zeroizing::new(Vec::with_capacity(room));
    let of_body = [CONTENT_TYPE, CONTENT_TRANSFER_ENCODING, CONTENT_DISPOSITION];
    for field in message
        .fields()
        .filter(|field| !of_body.iter().any(|name| field.is(name)))
    {
        push_line(&mut entity, field.raw());
    }
    let boundary = boundary(&content);
    let content_type = format!(
        "{CONTENT_TYPE}: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n\
         \tmicalg=\"{micalg}\"; boundary=\"{boundary}\"\r\n"
    );
    entity.extend_from_slice(content_type.as_bytes());
    // RFC 2045 §6.4: a multipart has the encoding that its parts need.
    if !content.is_ascii() {
        push_line(&mut entity, format!("{CONTENT_TRANSFER_ENCODING}: 8bit").as_bytes());
    }
    entity.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
    entity.extend_from_slice(&content);
    let head = format!(
        "\r\n--{boundary}\r\n\
         {CONTENT_TYPE}: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
         {CONTENT_TRANSFER_ENCODING}: base64\r\n\
         {CONTENT_DISPOSITION}: attachment; filename=\"smime.p7s\"\r\n\r\n"
    );
    entity.extend_from_slice(head.as_bytes());
    push_base64(&signature, &mut entity);
    entity.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Some(entity)
}
