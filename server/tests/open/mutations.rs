//! Whatever comes, nothing panics, and nothing that was changed passes for signed.

use proptest::prelude::*;

use crate::{
    clients::{CLIENT, body, cms_message, mailed},
    home::{ANSWER, HOME},
};

/// Messages as clients write them, to begin with.
fn seeds() -> Vec<Vec<u8>> {
    let signed = CLIENT.sign("", ANSWER.as_bytes());
    let opaque = CLIENT.sign("-nodetach -stream", ANSWER.as_bytes());
    [
        CLIENT.encrypt("-aes-256-cbc -stream", &signed),
        CLIENT.encrypt("-aes-128-gcm -noindef", &opaque),
        CLIENT.encrypt("-des3 -keyid", ANSWER.as_bytes()),
        mailed(&signed),
        mailed(&opaque),
    ]
    .into()
}

/// A change of some octets of a message.
#[derive(Clone, Debug)]
enum Change {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Drop(prop::sample::Index, u8),
    Repeat(prop::sample::Index, u8),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, bits)| Change::Flip(at, bits)),
        any::<prop::sample::Index>().prop_map(Change::Cut),
        (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, octets)| Change::Drop(at, octets)),
        (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, octets)| Change::Repeat(at, octets)),
    ]
}

fn changed(mut octets: Vec<u8>, changes: &[Change]) -> Vec<u8> {
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

/// A signature that holds is one over the text that was signed.
fn says_the_truth(message: &[u8]) {
    if let Ok(opened) = HOME.open(message) {
        assert!(opened.signature.is_none() || opened.entity.as_slice() == ANSWER.as_bytes());
    }
}

#[test]
fn changed_messages_do_not_panic() {
    let seeds = seeds();
    let changes = prop::collection::vec(change(), 1..4);
    proptest!(ProptestConfig::with_cases(400), |(seed in 0..5_usize, changes in changes)| {
        says_the_truth(&changed(seeds[seed].clone(), &changes));
    });
}

#[test]
fn changed_objects_do_not_panic() {
    let seeds: Vec<_> = seeds()[..3].iter().map(|message| body(message)).collect();
    let changes = prop::collection::vec(change(), 1..4);
    proptest!(ProptestConfig::with_cases(400), |(seed in 0..3_usize, changes in changes)| {
        says_the_truth(&cms_message("application/pkcs7-mime", &changed(seeds[seed].clone(), &changes)));
    });
}

#[test]
fn any_octets_do_not_panic() {
    proptest!(ProptestConfig::with_cases(2000), |(octets in prop::collection::vec(any::<u8>(), 0..600))| {
        says_the_truth(&octets);
        says_the_truth(&cms_message("application/pkcs7-mime", &octets));
    });
}
