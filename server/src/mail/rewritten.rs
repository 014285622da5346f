//! A message between rewriting and sealing.

use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::header::Header;

/// How far Date may be from the time of a signature. Mail clients compare the two: at more than an hour apart Thunderbird calls
/// the signature invalid (S/MIME) or warns of a deception (OpenPGP). Ten minutes are left to clients that are stricter.
const CLOSE: Duration = Duration::minutes(50);

/// A rewritten message: the header that stays readable for everybody, and the entity to be sealed.
#[derive(Clone)]
pub struct Rewritten {
    /// The header of the message that leaves, without the fields that sealing adds for its own body.
    pub outer: Header,
    /// The MIME entity to be signed: the original's fields, an empty line, the original's body.
    pub inner: Zeroizing<Vec<u8>>,
    /// The moment that Date outside names.
    pub date: OffsetDateTime,
}

/// The octets to leave free behind an entity of so many octets, so that a long one is signed within its buffer.
pub fn room_to_sign(octets: usize) -> usize {
    octets / 64
}

/// Whether a client takes a Date and the time of a signature for the same moment.
pub fn agree(date: OffsetDateTime, signed: OffsetDateTime) -> bool {
    (date - signed).abs() <= CLOSE
}
