//! Writes a MIME entity of the original again, with its MIME fields and body unchanged except for the given changes.

use std::collections::HashSet;

use mail_builder::headers::content_type::ContentType;
use mail_parser::ContentType as Parsed;
use sha2::{Digest, Sha256};

use crate::mail::{
    header::{self, Header, Place},
    message::{Field, Message},
    mime::contains,
    value,
};

/// Parameters of Content-Type that make a client treat the fields beside it as the message's own.
const HEADER_PROTECTION: [&str; 3] = ["hp", "protected-headers", "protected-headers-only"];

/// The differences from the received part. By default there are none.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Parameters to set in Content-Type. They replace existing ones.
    pub parameters: Vec<(&'static str, &'static str)>,
    /// Whether the body is written in base64.
    pub base64: bool,
}

impl Changes {
    /// Formats the parameters. None of them needs an escape.
    pub fn to_parameters(&self) -> String {
        let parameters = self.parameters.iter();
        parameters
            .map(|(name, value)| format!("; {name}=\"{value}\""))
            .collect()
    }
}

/// Writes the original's own entity: its MIME fields and its body.
pub fn push_part(entity: &mut Vec<u8>, message: &Message<'_>, changes: &Changes) {
    push_mime(entity, message, changes);
    entity.extend_from_slice(b"\r\n");
    entity.extend_from_slice(message.body());
}

/// Writes the fields that define how to read the body, one of each. Clients disagree about which of two to follow, so
/// the first one is the only one.
pub fn push_mime(entity: &mut Vec<u8>, message: &Message<'_>, changes: &Changes) {
    let mut seen = HashSet::new();
    for field in message
        .fields()
        .filter(|field| header::place(field.name()) == Place::Mime)
    {
        if !seen.insert(field.name().to_ascii_lowercase()) {
            continue;
        }
        if field.is(header::CONTENT_TYPE) {
            push_content_type(entity, field, message.body(), changes);
        } else if field.is(header::CONTENT_TRANSFER_ENCODING) && changes.base64 {
            push_encoding(entity, "base64");
        } else {
            push_line(entity, field.raw());
        }
    }
    let missing = |name: &str| !seen.contains(&name.to_ascii_lowercase());
    if missing(header::CONTENT_TYPE) {
        push_default_type(entity, message.body(), changes);
    }
    if missing(header::CONTENT_TRANSFER_ENCODING) && changes.base64 {
        push_encoding(entity, "base64");
    // Without the field the encoding would be 7bit (RFC 2045 §6.1), which would be wrong.
    } else if missing(header::CONTENT_TRANSFER_ENCODING) && !message.body().is_ascii() {
        push_encoding(entity, "8bit");
    }
}

fn push_encoding(entity: &mut Vec<u8>, encoding: &str) {
    push_line(
        entity,
        format!("{}: {encoding}", header::CONTENT_TRANSFER_ENCODING).as_bytes(),
    );
}

fn push_content_type(entity: &mut Vec<u8>, field: Field<'_>, body: &[u8], changes: &Changes) {
    match value::content_type(field) {
        None => push_default_type(entity, body, changes),
        Some(parsed) if !changes.parameters.is_empty() => {
            let mut header = Header::default();
            header.push(header::CONTENT_TYPE, change_type(&parsed, changes));
            entity.extend_from_slice(header.as_bytes());
        }
        Some(parsed) if protects_header(field, &parsed) => {
            let mut header = Header::default();
            header.push(header::CONTENT_TYPE, without_header_protection(&parsed));
            entity.extend_from_slice(header.as_bytes());
        }
        Some(_) => push_line(entity, field.raw()),
    }
}

/// Writes the default type of RFC 2045 §5.2, if there is no type or it cannot be read. An 8-bit body is not US-ASCII,
/// and the client knows better than a relay what it is.
fn push_default_type(entity: &mut Vec<u8>, body: &[u8], changes: &Changes) {
    let changed = |name: &str| changes.parameters.iter().any(|(each, _)| *each == name);
    let charset = if body.is_ascii() && !changed("charset") {
        "; charset=us-ascii"
    } else {
        ""
    };
    let parameters = changes.to_parameters();
    push_line(
        entity,
        format!("{}: text/plain{charset}{parameters}", header::CONTENT_TYPE).as_bytes(),
    );
}

/// Returns the type with other parameters, written anew, so that no comment or broken quote swallows them. A type that
/// cannot be written again is unknown to clients.
fn change_type(parsed: &Parsed<'_>, changes: &Changes) -> ContentType<'static> {
    let parts = [parsed.ctype(), parsed.subtype().unwrap_or_default()];
    let written = match parts.iter().all(|part| is_token(part)) {
        true => ContentType::new(parts.join("/")),
        false => ContentType::new("application/octet-stream"),
    };
    let replaced = |name: &str| {
        changes
            .parameters
            .iter()
            .any(|(each, _)| name.eq_ignore_ascii_case(each))
    };
    let kept = parsed.attributes().unwrap_or_default().iter();
    let written = kept
        .filter(|each| is_token(&each.name) && !is_protection(&each.name) && !replaced(&each.name))
        .fold(written, |written, each| {
            written.attribute(each.name.to_string(), each.value.to_string())
        });
    changes
        .parameters
        .iter()
        .fold(written, |written, (name, value)| written.attribute(*name, *value))
}

/// RFC 2045 §5.1, without the characters that have a meaning in RFC 2231.
fn is_token(text: &str) -> bool {
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
    !text.is_empty() && text.len() <= 127 && text.bytes().all(is_of_token)
}

/// Whether a client could see one of the parameters, even if our parser does not.
fn protects_header(field: Field<'_>, parsed: &Parsed<'_>) -> bool {
    let squeezed: Vec<u8> = field
        .raw_value()
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(u8::to_ascii_lowercase)
        .collect();
    let stands = |text: &str| contains(&squeezed, text);
    parsed
        .attributes()
        .unwrap_or_default()
        .iter()
        .any(|each| is_protection(&each.name))
        || stands(";hp=")
        || stands(";hp*")
        || stands(")hp")
        || stands("protected-headers")
}

fn without_header_protection(parsed: &Parsed<'_>) -> ContentType<'static> {
    let subtype = parsed.subtype().unwrap_or_default();
    let kept = parsed.attributes().unwrap_or_default().iter();
    kept.filter(|each| !is_protection(&each.name)).fold(
        ContentType::new(format!("{}/{subtype}", parsed.ctype())),
        |written, each| written.attribute(each.name.to_string(), each.value.to_string()),
    )
}

/// Includes the forms of RFC 2231: `hp*`, `hp*0`.
fn is_protection(attribute: &str) -> bool {
    let name = attribute.split('*').next().unwrap_or_default();
    HEADER_PROTECTION.iter().any(|each| name.eq_ignore_ascii_case(each))
}

/// Returns a boundary that does not occur in these octets. It is their hash, which nobody can put into them. If it
/// occurs anyway, it is hashed again.
pub fn boundary(octets: &[u8]) -> String {
    let mut hash = Sha256::digest(octets);
    loop {
        let boundary = format!("=_{}", hex::encode(&hash[..16]));
        if !contains(octets, &boundary) {
            return boundary;
        }
        hash = Sha256::digest(hash);
    }
}

/// Writes a field's bytes with a line end, which only the last line of a message can lack.
pub fn push_line(entity: &mut Vec<u8>, raw: &[u8]) {
    entity.extend_from_slice(raw);
    if !raw.ends_with(b"\n") {
        entity.extend_from_slice(b"\r\n");
    }
}
