//! Builds the entity inside the seal if something is hidden outside: a protected header (RFC 9788).
//!
//! What a client that knows RFC 9788 shows and answers to is this header. So it is the one that would stand outside if
//! nothing were hidden: From is the relay address, and an answer goes through the relay. The fields of the sender's own
//! header follow under names that mean nothing to a client, `Sealpost-Original-…`, which no sender can forge, as received
//! fields of that name are left behind.

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
};

/// Before the name of a field of the sender's header.
const ORIGINAL: &str = "Sealpost-Original-";

/// RFC 9788 §2.1.1 and, for the clients that know only its forerunner, draft-autocrypt-lamps-protected-headers.
const PROTECTED: [(&str, &str); 2] = [("hp", "cipher"), ("protected-headers", "v1")];

/// Writes the entity. `told` is the header with nothing hidden, `outer` the one outside.
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
        // Where no text that the reader sees can hold it, it stands above all.
        Some(display) if !around && legacy::push_part(&mut entity, message, &changes, display) => {}
        _ => wrap_original::push(&mut entity, (notes.as_deref(), display.as_ref()), message, &changes),
    }
    entity
}

/// Whether a field of ours is about the message, not about its body (RFC 9788 §1.1.1: structural).
fn is_told(field: &Field<'_>) -> bool {
    header::place(field.name()) != Place::Mime
}

/// Octets that the entity takes at most. Never moved: what growing leaves behind would not be wiped.
fn room(message: &Message<'_>) -> usize {
    let fields: usize = message
        .fields()
        .map(|field| field.raw().len() + ORIGINAL.len() + 2)
        .sum();
    // Text in base64 is longer than it was.
    fields + message.body().len() / 5 * 7 + 32 * 1024
}
