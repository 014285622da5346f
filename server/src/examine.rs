//! Bounds the structure of a message before any parser looks into it: at the end of DATA, and once more for what a seal held.

use std::time::{Duration, Instant};

use crate::{
    mail::{
        indexed::IndexedMessage,
        structure::{self, Limits, StructureError},
    },
    refusal::Refusal,
    smtp_reply,
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
        let (reply, reason) = match error {
            StructureError::HeaderOctets => (smtp_reply::HEADER_TOO_LARGE, "header_octets"),
            StructureError::HeaderFields => (smtp_reply::TOO_MANY_FIELDS, "header_fields"),
            StructureError::Depth => (smtp_reply::NESTED_TOO_DEEPLY, "depth"),
            StructureError::Parts => (smtp_reply::TOO_MANY_PARTS, "parts"),
            StructureError::Boundary => (smtp_reply::BOUNDARY_TOO_LONG, "boundary"),
            StructureError::Stopped => (smtp_reply::TRY_AGAIN, "structure_timeout"),
        };
        Self::new(reply, reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_has_its_answer() {
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
            (
                format!("A: {}\r\n\r\n", "x".repeat(100)),
                Some(smtp_reply::HEADER_TOO_LARGE),
            ),
            ("A:\r\n".repeat(4), Some(smtp_reply::TOO_MANY_FIELDS)),
            (
                "Content-Type: message/rfc822\r\n\r\n".repeat(3),
                Some(smtp_reply::NESTED_TOO_DEEPLY),
            ),
            (
                multipart("a") + &"--a\r\n\r\n".repeat(3),
                Some(smtp_reply::TOO_MANY_PARTS),
            ),
            (multipart("abcdef"), Some(smtp_reply::BOUNDARY_TOO_LONG)),
        ] {
            let refusal = examine(message.clone().into(), &limits).err();
            assert_eq!(refusal.map(|refusal| refusal.reply), expected, "{message}");
        }
    }
}
