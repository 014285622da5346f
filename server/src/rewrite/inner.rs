//! Builds the entity inside the seal: the original header fields on the signed part, and the untouched body.

use zeroize::Zeroizing;

use super::{
    Facts,
    part::{Changes, push_line, push_part},
    wrap_original,
};
use crate::mail::{
    header::{self, Place},
    message::Message,
    rewritten::room_to_sign,
};

/// Writes the entity.
///
/// The original fields stand where RFC 9788 puts protected ones, but Content-Type never has its `hp` parameter or the
/// older `protected-headers`. A client that knows them would show the original From and To and answer to them,
/// unencrypted and past the relay. If the sender signed these parameters, a multipart stands between. So the fields are
/// only there to be read in the source, or by a program.
///
/// The relay's findings about the sender stand on top, where no received field can be. Received fields that look like
/// them are dropped.
pub fn entity(message: &Message<'_>, facts: &Facts<'_>) -> Zeroizing<Vec<u8>> {
    let fields: usize = message.fields().map(|field| field.raw().len()).sum();
    let octets = fields + message.body().len() + 8192;
    // The buffer must not grow, because old buffers would not be wiped.
    let mut entity = Zeroizing::new(Vec::with_capacity(octets + room_to_sign(octets)));
    push_findings(&mut entity, facts);
    for field in message
        .fields()
        .filter(|field| header::place(field.name()) == Place::Message)
    {
        push_line(&mut entity, field.raw());
    }
    let notes = facts.notes();
    match notes.is_some() || wrap_original::is_layer(message) {
        true => wrap_original::push(&mut entity, (notes.as_deref(), None), message, &Changes::default()),
        false => push_part(&mut entity, message, &Changes::default()),
    }
    entity
}

/// Writes the relay's own statements: the findings about the sender, and the alias.
pub(super) fn push_findings(entity: &mut Vec<u8>, facts: &Facts<'_>) {
    if let Some(seen) = facts.seen {
        push_line(entity, seen.results.as_bytes());
    }
    push_line(entity, format!("{}: {}", header::DELIVERED_TO, facts.alias).as_bytes());
}
