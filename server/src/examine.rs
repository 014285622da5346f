//! Bounds the structure of a message before any parser looks into it: at the end of DATA, and once more for what a seal held.

use std::time::{Duration, Instant};

use crate::{
    mail::{
        indexed::IndexedMessage,
        structure::{self, Limits, StructureError},
    },
    refusal::{Reason, Refusal},
};

/// The longest time for one pass. The largest message takes a tenth of a second on an idle machine.
const LONGEST: Duration = Duration::from_secs(10);

/// Reads a message within the limits, or refuses it. Takes time in proportion to the message: call it beside the async threads.
pub fn examine(message: Vec<u8>, limits: &Limits) -> Result<IndexedMessage, Refusal> {
    let end = Instant::now() + LONGEST;
    Ok(IndexedMessage::read(message, limits, &mut |_| Instant::now() < end)?)
}

/// The same for an entity that came out of a seal.
pub fn examine_opened(entity: &[u8], limits: &Limits) -> Result<(), Refusal> {
    let end = Instant::now() + LONGEST;
    structure::read(entity, limits, &mut |_| Instant::now() < end)?;
    Ok(())
}

impl From<StructureError> for Refusal {
    fn from(error: StructureError) -> Self {
        Self::new(match error {
            StructureError::HeaderOctets => Reason::HeaderOctets,
            StructureError::HeaderFields => Reason::HeaderFields,
            StructureError::Depth => Reason::Depth,
            StructureError::Parts => Reason::Parts,
            StructureError::Boundary => Reason::Boundary,
            StructureError::Stopped => Reason::StructureTimeout,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_has_its_reason() {
        let limits = Limits {
            header_octets: 100,
            header_fields: 3,
            depth: 2,
            parts: 3,
            boundary_octets: 5,
        };
        let multipart = |boundary: &str| format!("Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n");
        for (message, expected) in [
            (multipart("a") + "--a\r\n\r\n--a\r\n\r\n--a--\r\n", None),
            (format!("A: {}\r\n\r\n", "x".repeat(100)), Some(Reason::HeaderOctets)),
            ("A:\r\n".repeat(4), Some(Reason::HeaderFields)),
            ("Content-Type: message/rfc822\r\n\r\n".repeat(3), Some(Reason::Depth)),
            (multipart("a") + &"--a\r\n\r\n".repeat(3), Some(Reason::Parts)),
            (multipart("abcdef"), Some(Reason::Boundary)),
        ] {
            let refusal = examine(message.clone().into(), &limits).err();
            assert_eq!(refusal.map(|refusal| refusal.reason), expected, "{message}");
        }
    }
}
