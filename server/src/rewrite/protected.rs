//! Builds the entity inside the seal if something is hidden outside: a protected header (RFC 9788).
//!
//! Clients that know RFC 9788 show this header and answer to it. So it is the header that would stand outside if
//! nothing were hidden. From is the relay address, and an answer goes through the relay. The fields of the sender's own
//! header follow under names without meaning to clients, `Sealpost-Original-…`. No sender can forge these, because
//! received fields of that name are dropped.

use zeroize::Zeroizing;

use super::{
    Facts,
    inner::push_findings,
    legacy::{self, Display},
    part::{Changes, push_line, push_part},
    wrap_original,
};
use crate::mail::{
    header::{self, Header, Place},
    message::{Field, Message},
    rewritten::room_to_sign,
};

/// The prefix for the names of the sender's header fields.
const ORIGINAL: &str = "Sealpost-Original-";

/// RFC 9788 §2.1.1, and its predecessor draft-autocrypt-lamps-protected-headers for older clients.
const PROTECTED: [(&str, &str); 2] = [("hp", "cipher"), ("protected-headers", "v1")];

/// Writes the entity. `told` is the header with nothing hidden, and `outer` is the one outside.
pub fn entity(message: &Message<'_>, facts: &Facts<'_>, told: &Header, outer: &Header) -> Zeroizing<Vec<u8>> {
    let (told, outer) = (Message::parse(told.as_bytes()), Message::parse(outer.as_bytes()));
    let mut entity = Zeroizing::new(Vec::with_capacity(room(message)));
    push_findings(&mut entity, facts);
    for field in told.fields().filter(is_told) {
        push_line(&mut entity, field.raw());
    }
    for field in outer.fields().filter(is_told) {
        entity.extend_from_slice(format!("{}: ", header::HP_OUTER).as_bytes());
        push_line(&mut entity, field.raw());
    }
    for field in message
        .fields()
        .filter(|field| header::place(field.name()) == Place::Message)
    {
        entity.extend_from_slice(ORIGINAL.as_bytes());
        push_line(&mut entity, field.raw());
    }
    let display = Display::of(&told, &outer);
    let changes = Changes {
        parameters: PROTECTED.to_vec(),
        base64: false,
    };
    let notes = facts.notes();
    let around = notes.is_some() || wrap_original::is_layer(message);
    match &display {
        None if !around => push_part(&mut entity, message, &changes),
        // If no text that the reader sees can hold it, it stands above everything.
        Some(display) if !around && legacy::push_part(&mut entity, message, &changes, display) => {}
        _ => wrap_original::push(&mut entity, (notes.as_deref(), display.as_ref()), message, &changes),
    }
    // Wiping touches all of a buffer. An allocator shrinks it where it lies, so no copy is left behind.
    let octets = entity.len() + room_to_sign(entity.len());
    entity.shrink_to(octets);
    entity
}

/// Whether one of our fields is about the message and not about its body (RFC 9788 §1.1.1: structural).
fn is_told(field: &Field<'_>) -> bool {
    header::place(field.name()) != Place::Mime
}

/// Returns the most octets that the entity takes. The buffer must not grow, because old buffers would not be wiped.
fn room(message: &Message<'_>) -> usize {
    let fields: usize = message
        .fields()
        .map(|field| field.raw().len() + ORIGINAL.len() + 2)
        .sum();
    // Text is longer in base64.
    fields + message.body().len() / 5 * 7 + 32 * 1024
}
