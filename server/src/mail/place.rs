//! Names a place in a message, in words that its sender is told.

use std::fmt;

/// A place in a message. It never says what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Number of the part, from 1; 0 for the message's own header.
    pub part: usize,
    /// The kind of the part; empty if it is not known.
    pub kind: &'static str,
    /// The spot within the part.
    pub spot: &'static str,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.part, self.kind) {
            (0, _) => f.write_str(self.spot),
            (part, "") => write!(f, "part {part}, {}", self.spot),
            (part, kind) => write!(f, "part {part} ({kind}), {}", self.spot),
        }
    }
}
