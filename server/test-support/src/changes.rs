//! Changes to messages, for tests that ask that no message can do harm.

use proptest::prelude::*;

/// A change of some octets of a message.
#[derive(Clone, Debug)]
pub enum Change {
    /// Some bits of one octet.
    Flip(prop::sample::Index, u8),
    /// Nothing from there on.
    Cut(prop::sample::Index),
    /// Some octets left out.
    Drop(prop::sample::Index, u8),
    /// Some octets a second time.
    Repeat(prop::sample::Index, u8),
}

/// Any change.
pub fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, bits)| Change::Flip(at, bits)),
        any::<prop::sample::Index>().prop_map(Change::Cut),
        (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, octets)| Change::Drop(at, octets)),
        (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, octets)| Change::Repeat(at, octets)),
    ]
}

/// The octets after some changes.
pub fn changed(mut octets: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        if octets.is_empty() {
            break;
        }
        let range = |at: &prop::sample::Index, length: u8| {
            let at = at.index(octets.len());
            at..octets.len().min(at + usize::from(length))
        };
        match change {
            Change::Flip(at, bits) => {
                let at = at.index(octets.len());
                octets[at] ^= bits;
            }
            Change::Cut(at) => octets.truncate(at.index(octets.len())),
            Change::Drop(at, length) => drop(octets.drain(range(at, *length))),
            Change::Repeat(at, length) => {
                let piece = octets[range(at, *length)].to_vec();
                let at = at.index(octets.len());
                octets.splice(at..at, piece);
            }
        }
    }
    octets
}
