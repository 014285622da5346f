//! The relay's own keys.

use server::seal::pgp::{ContactKey, KeyError, TrustKey};

use crate::pgp::{
    gnupg::Gpg,
    relay::{ANSWER, RELAY, encrypted, now},
};

#[test]
fn what_was_stored_is_the_same_key() {
    let trust = TrustKey::from_secret(&RELAY.trust.to_secret().unwrap()).unwrap();
    assert_eq!(trust.fingerprint(), RELAY.trust.fingerprint());
    assert_eq!(trust.public_armored().unwrap(), RELAY.trust.public_armored().unwrap());
    let contact = ContactKey::from_secret(&RELAY.contact.to_secret().unwrap()).unwrap();
    assert_eq!(contact.fingerprint(), RELAY.contact.fingerprint());
    assert_eq!(contact.public_bytes().unwrap(), RELAY.contact.public_bytes().unwrap());

    let gpg = Gpg::new("ed25519", "cv25519").with_contacts();
    let message = encrypted(&gpg.encrypt("--sign", ANSWER.as_bytes()));
    let opened = server::seal::pgp::open(&message, &[&contact], &[&gpg.person()], now()).unwrap();
    assert!(opened.signature.is_some());
}

#[test]
fn what_is_public_holds_no_secret() {
    for public in [
        RELAY.contact.public_bytes().unwrap(),
        RELAY.trust.public_armored().unwrap().into_bytes(),
    ] {
        assert!(matches!(ContactKey::from_secret(&public), Err(KeyError::Incomplete)));
        assert!(matches!(TrustKey::from_secret(&public), Err(KeyError::Incomplete)));
    }
    assert!(matches!(ContactKey::from_secret(b"x"), Err(KeyError::Read(_))));
    let gpg = Gpg::empty();
    gpg.import(&RELAY.contact.public_bytes().unwrap());
    assert!(gpg.gpg(&["--list-secret-keys"], b"").is_empty());
}
