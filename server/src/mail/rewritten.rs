//! A message between rewriting and sealing.

use zeroize::Zeroizing;

use super::header::Header;

/// What stays readable for everybody, and what is going to be sealed.
pub struct Rewritten {
    /// The header of the message that leaves, without the fields that sealing adds for its own body.
    pub outer: Header,
    /// The MIME entity to be signed: the original's fields, an empty line, the original's body.
    pub inner: Zeroizing<Vec<u8>>,
}
