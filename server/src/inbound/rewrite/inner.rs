//! The entity inside the seal: header fields of the original as the header of the signed part, and the body untouched.

use mail_builder::headers::content_type::ContentType;
use mail_parser::ContentType as Parsed;
use zeroize::Zeroizing;

use super::{Facts, warned};
use crate::mail::{
    header::{self, Header, Place},
    message::{Field, Message},
    value,
};

/// Parameters of Content-Type by which a client takes the fields beside it for the message's own.
const HEADER_PROTECTION: [&str; 3] = ["hp", "protected-headers", "protected-headers-only"];

/// Writes the entity.
///
/// The original fields stand where RFC 9788 puts protected ones, but Content-Type never has its `hp` parameter, nor the
/// older `protected-headers`: a client that knows them would show the original From and To, and answer to them: around
/// the relay, and in the clear. So they are there to be read, in the message's source or by a program, and mean nothing.
///
/// What the relay found out about the sender stands above all, where no received field can be: those that look like it
/// were left behind.
pub fn entity(received: &[u8], message: &Message<'_>, facts: &Facts<'_>) -> Zeroizing<Vec<u8>> {
    let body = message.body();
    let fields: usize = message.fields().map(|field| field.raw().len()).sum();
    // Never moved: what growing leaves behind would not be wiped.
    let mut entity = Zeroizing::new(Vec::with_capacity(fields + body.len() + 8192));
    if let Some(seen) = facts.seen {
        push_line(&mut entity, seen.results.as_bytes());
    }
    push_line(
        &mut entity,
        format!("{}: {}", header::DELIVERED_TO, facts.alias).as_bytes(),
    );
    for field in message
        .fields()
        .filter(|field| header::place(field.name()) == Place::Message)
    {
        push_line(&mut entity, field.raw());
    }
    match facts.seen.and_then(|seen| seen.warning.as_deref()) {
        Some(warning) => warned::push(&mut entity, warning, received, message),
        None => push_part(&mut entity, message),
    }
    entity
}

/// The original's own entity: its MIME fields and its body.
pub(super) fn push_part(entity: &mut Vec<u8>, message: &Message<'_>) {
    push_mime(entity, message);
    entity.extend_from_slice(b"\r\n");
    entity.extend_from_slice(message.body());
}

/// The fields that say how to read the body. Of each there is one: which of two a client follows is not known, so the
/// first is the one that all follow.
fn push_mime(entity: &mut Vec<u8>, message: &Message<'_>) {
    let mut seen: Vec<&str> = Vec::new();
    for field in message
        .fields()
        .filter(|field| header::place(field.name()) == Place::Mime)
    {
        if seen.iter().any(|name| field.is(name)) {
            continue;
        }
        seen.push(field.name());
        if field.is(header::CONTENT_TYPE) {
            push_content_type(entity, field, message.body());
        } else {
            push_line(entity, field.raw());
        }
    }
    let missing = |name: &str| !seen.iter().any(|seen| seen.eq_ignore_ascii_case(name));
    if missing(header::CONTENT_TYPE) {
        push_default_type(entity, message.body());
    }
    // Without the field 7bit is meant (RFC 2045 §6.1), which would be wrong.
    if missing(header::CONTENT_TRANSFER_ENCODING) && !message.body().is_ascii() {
        push_line(
            entity,
            format!("{}: 8bit", header::CONTENT_TRANSFER_ENCODING).as_bytes(),
        );
    }
}

fn push_content_type(entity: &mut Vec<u8>, field: Field<'_>, body: &[u8]) {
    match value::content_type(field) {
        None => push_default_type(entity, body),
        Some(parsed) if protects_header(field, &parsed) => {
            let mut header = Header::default();
            header.push(header::CONTENT_TYPE, without_header_protection(&parsed));
            entity.extend_from_slice(header.as_bytes());
        }
        Some(_) => push_line(entity, field.raw()),
    }
}

/// RFC 2045 §5.2: what is meant where no type is given, or none that can be read. An 8-bit body is no US-ASCII; what it
/// is, is left to the client, which knows better than a relay.
fn push_default_type(entity: &mut Vec<u8>, body: &[u8]) {
    let charset = if body.is_ascii() { "; charset=us-ascii" } else { "" };
    push_line(
        entity,
        format!("{}: text/plain{charset}", header::CONTENT_TYPE).as_bytes(),
    );
}

/// Whether a client could see one of the parameters, even where our parser does not.
fn protects_header(field: Field<'_>, parsed: &Parsed<'_>) -> bool {
    let squeezed: Vec<u8> = field
        .raw_value()
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(u8::to_ascii_lowercase)
        .collect();
    let stands = |text: &str| crate::mail::mime::contains(&squeezed, text);
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

/// Also in the forms of RFC 2231: `hp*`, `hp*0`.
fn is_protection(attribute: &str) -> bool {
    let name = attribute.split('*').next().unwrap_or_default();
    HEADER_PROTECTION.iter().any(|each| name.eq_ignore_ascii_case(each))
}

/// A field's bytes, with the line end that only the last line of a message can lack.
pub(super) fn push_line(entity: &mut Vec<u8>, raw: &[u8]) {
    entity.extend_from_slice(raw);
    if !raw.ends_with(b"\n") {
        entity.extend_from_slice(b"\r\n");
    }
}
