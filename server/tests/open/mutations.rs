//! Whatever comes, nothing panics, and nothing that was changed passes for signed.

use proptest::prelude::*;
use test_support::changes::{change, changed};

use crate::open::{
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
