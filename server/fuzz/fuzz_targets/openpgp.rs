//! A message from anybody, to a contact whose key is the same in every run (`keys`), so that what is kept in
//! `tests/data/openpgp` can be opened and changed; and the same octets as the key that somebody submits.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use server::seal::pgp::{ContactKey, PersonKey, open};
use time::{OffsetDateTime, macros::datetime};

/// What the person of `person.pgp` signed.
const ANSWER: &[u8] = b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe treasure is under the old oak.\r\n";

const NOW: OffsetDateTime = datetime!(2026-11-24 18:00 UTC);

static CONTACT: LazyLock<ContactKey> =
    LazyLock::new(|| ContactKey::from_secret(include_bytes!("../keys/contact.pgp")).expect("a key"));

static PERSON: LazyLock<PersonKey> =
    LazyLock::new(|| PersonKey::from_stored(include_bytes!("../keys/person.pgp")).expect("a key"));

fuzz_target!(|octets: &[u8]| {
    if let Ok(opened) = open(octets, &[&CONTACT], &[&PERSON], NOW) {
        // Nothing can be signed by the person but what the person signed.
        assert!(opened.signature.is_none() || opened.entity.as_slice() == ANSWER);
    }
    if let Ok(key) = PersonKey::read(octets, NOW) {
        assert!(key.usable_at(NOW).is_ok(), "what is taken can be sealed to");
        assert!(key.to_bytes().is_ok_and(|stored| PersonKey::from_stored(&stored).is_ok()));
    }
});
