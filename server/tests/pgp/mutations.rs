//! Whatever comes, nothing panics, and nothing that was changed passes for signed.

use proptest::prelude::*;
use server::seal::pgp::PersonKey;
use test_support::changes::{change, changed};

use crate::pgp::{
    craft::{Code, compressed, encrypt},
    gnupg::Gpg,
    relay::{ANSWER, RELAY, encrypted, encrypted_binary, now, signed},
};

/// A signature that holds is one over the text that was signed.
fn says_the_truth(message: &[u8], person: &PersonKey) {
    if let Ok(opened) = RELAY.open(message, &[person]) {
        assert!(opened.signature.is_none() || opened.entity.as_slice() == ANSWER.as_bytes());
    }
}

#[test]
fn changed_messages_do_not_panic() {
    let gpg = Gpg::new("ed25519", "cv25519").with_contacts();
    let person = gpg.person();
    let armored = gpg.encrypt("--sign", ANSWER.as_bytes());
    let seeds = [
        encrypted_binary(&gpg.gpg(&["--dearmor"], &armored)),
        encrypted(&armored),
        signed(ANSWER, &gpg.detached("", ANSWER.as_bytes())),
    ];
    let changes = prop::collection::vec(change(), 1..4);
    proptest!(ProptestConfig::with_cases(600), |(seed in 0..3_usize, changes in changes)| {
        says_the_truth(&changed(seeds[seed].clone(), &changes), &person);
    });
}

/// What is encrypted need not have been written by a client: changed before it is encrypted.
#[test]
fn changed_packets_within_the_encryption_do_not_panic() {
    let gpg = Gpg::new("ed25519", "cv25519");
    let person = gpg.person();
    let packets = gpg.gpg(&["--sign", "--compress-algo", "none"], ANSWER.as_bytes());
    // As they are they hold, so that what follows says something.
    RELAY.opens(&encrypted_binary(&encrypt(&packets, Code::Sound)), &person);
    let changes = prop::collection::vec(change(), 1..4);
    proptest!(ProptestConfig::with_cases(1500), |(pack in any::<bool>(), changes in changes)| {
        let packets = changed(packets.clone(), &changes);
        let packets = if pack { compressed(&packets) } else { packets };
        says_the_truth(&encrypted_binary(&encrypt(&packets, Code::Sound)), &person);
    });
}

#[test]
fn any_octets_do_not_panic() {
    let gpg = Gpg::new("ed25519", "cv25519");
    let person = gpg.person();
    let public = gpg.gpg(&["--export"], b"");
    proptest!(ProptestConfig::with_cases(1000), |(octets in prop::collection::vec(any::<u8>(), 0..600))| {
        says_the_truth(&octets, &person);
        says_the_truth(&encrypted_binary(&octets), &person);
        says_the_truth(&encrypted_binary(&encrypt(&octets, Code::Sound)), &person);
        drop(PersonKey::read(&octets, now()));
    });
    let changes = prop::collection::vec(change(), 1..4);
    proptest!(ProptestConfig::with_cases(600), |(changes in changes)| {
        if let Ok(key) = PersonKey::read(&changed(public.clone(), &changes), now()) {
            assert_eq!(key.fingerprint(), gpg.fingerprint.as_str());
        }
    });
}
