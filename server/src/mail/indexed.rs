//! A message with the index of its header and parts, which is made once and goes with it through every stage.

use std::{
    ops::{Deref, Range},
    sync::Arc,
};

use super::{
    message::Message,
    structure::{self, Limits, Part, StructureError},
};

/// A message that was read. A clone shares its octets.
#[derive(Clone)]
pub struct IndexedMessage(Arc<Indexed>);

struct Indexed {
    octets: Vec<u8>,
    header: Range<usize>,
    body: usize,
    parts: Vec<Part>,
}

impl IndexedMessage {
    /// Reads a message within limits. `go_on` is as for [`structure::read`].
    ///
    /// # Errors
    ///
    /// [`StructureError`] if the message is over a limit, or if it was stopped.
    pub fn read(
        octets: Vec<u8>,
        limits: &Limits,
        go_on: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Self, StructureError> {
        let parts = structure::read(&octets, limits, go_on)?;
        Ok(Self::with(octets, parts))
    }

    fn with(octets: Vec<u8>, parts: Vec<Part>) -> Self {
        let (header, body) = Message::parse(&octets).places(&octets);
        Self(Arc::new(Indexed {
            octets,
            header,
            body,
            parts,
        }))
    }

    /// Header and body, without looking at them again.
    pub fn message(&self) -> Message<'_> {
        let Indexed {
            octets, header, body, ..
        } = &*self.0;
        Message::at(octets, header.clone(), *body)
    }

    /// The message and all its parts, in the order in which they begin.
    pub fn parts(&self) -> &[Part] {
        &self.0.parts
    }
}

impl Deref for IndexedMessage {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0.octets
    }
}

/// A message of the relay's own, which needs no limits. None of its parts is asked for, so they are not looked for.
impl From<Vec<u8>> for IndexedMessage {
    fn from(octets: Vec<u8>) -> Self {
        Self::with(octets, Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_leads_to_what_parsing_finds() {
        for text in [
            "",
            "\r\n",
            "Subject: x\r\n\r\nbody\r\n",
            "From ann Mon\r\nSubject: x\r\n\r\nbody",
            "Subject: x\r\nno field\r\nbody",
            "Subject: x",
            "no header at all",
        ] {
            let indexed = IndexedMessage::read(text.into(), &Limits::DEFAULT, &mut |_| true).unwrap();
            assert_eq!(indexed.message(), Message::parse(text.as_bytes()), "{text:?}");
            assert_eq!(indexed.parts().len(), 1, "{text:?}");
            assert_eq!(&*indexed, text.as_bytes());
        }
    }

    #[test]
    fn a_message_over_a_limit_has_no_index() {
        let text = "A: b\r\n".repeat(Limits::DEFAULT.header_fields + 1);
        let read = IndexedMessage::read(text.into(), &Limits::DEFAULT, &mut |_| true);
        assert_eq!(read.err(), Some(StructureError::HeaderFields));
    }
}
