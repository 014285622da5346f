//! Answers as GnuPG and the clients around it write them.

use server::seal::open::{Encryption, OpenError};

use crate::pgp::{
    gnupg::{Gpg, KINDS},
    relay::{ANSWER, RELAY, encrypted, now, signed},
};

#[test]
fn answers_of_gnupg_are_opened() {
    for (primary, subkey, _) in KINDS {
        let gpg = Gpg::new(primary, subkey).with_contacts();
        let person = gpg.person();
        for options in [
            "--sign",
            "--sign --textmode",
            "--sign --compress-algo zlib -z 9",
            "--sign --compress-algo zip",
            "--sign --cipher-algo AES128 --digest-algo SHA256",
            "--sign --throw-keyids",
            &format!("--sign --encrypt-to {}", gpg.fingerprint),
        ] {
            RELAY.opens(&encrypted(&gpg.encrypt(options, ANSWER.as_bytes())), &person);
        }
    }
}

#[test]
fn a_detached_signature_within_the_encryption_counts() {
    let gpg = Gpg::new("ed25519", "cv25519").with_contacts();
    let person = gpg.person();
    for options in ["", "--textmode"] {
        let signed = signed(ANSWER, &gpg.detached(options, ANSWER.as_bytes()));
        RELAY.opens(&encrypted(&gpg.encrypt("", &signed)), &person);
    }
}

#[test]
fn who_only_encrypts_has_no_signature() {
    let gpg = Gpg::new("ed25519", "cv25519").with_contacts();
    let message = encrypted(&gpg.encrypt("", ANSWER.as_bytes()));
    let opened = RELAY.open(&message, &[&gpg.person()]).unwrap();
    assert_eq!(*opened.entity, ANSWER.as_bytes());
    assert_eq!(opened.encryption, Some(Encryption::Authenticated));
    assert_eq!(opened.signature, None);
}

#[test]
fn who_only_signs_has_no_encryption() {
    let gpg = Gpg::new("rsa3072", "rsa3072");
    let person = gpg.person();
    let message = signed(ANSWER, &gpg.detached("", ANSWER.as_bytes()));
    let message = [b"From: Ann <ann@mailbox.example>\r\n".to_vec(), message].concat();
    let opened = RELAY.open(&message, &[&person]).unwrap();
    assert_eq!(*opened.entity, ANSWER.as_bytes());
    assert_eq!(opened.encryption, None);
    assert_eq!(
        hex::encode_upper(opened.signature.unwrap().signer),
        person.fingerprint()
    );
    // A word more, and it is none.
    let changed = String::from_utf8(message).unwrap().replace("old oak", "new oak");
    assert_eq!(RELAY.open(changed.as_bytes(), &[&person]).unwrap().signature, None);
}

#[test]
fn a_strangers_signature_is_none() {
    let (ann, eve) = (
        Gpg::new("ed25519", "cv25519"),
        Gpg::new("ed25519", "cv25519").with_contacts(),
    );
    let within = signed(ANSWER, &eve.detached("", ANSWER.as_bytes()));
    for message in [
        encrypted(&eve.encrypt("--sign", ANSWER.as_bytes())),
        encrypted(&eve.encrypt("", &within)),
        within,
    ] {
        let opened = RELAY.open(&message, &[&ann.person()]).unwrap();
        assert_eq!(*opened.entity, ANSWER.as_bytes());
        assert_eq!(opened.signature, None);
    }
}

/// Who signs around the encryption need not know what is inside.
#[test]
fn a_signature_around_the_encryption_does_not_count() {
    let gpg = Gpg::new("ed25519", "cv25519").with_contacts();
    let inside = String::from_utf8(encrypted(&gpg.encrypt("", ANSWER.as_bytes()))).unwrap();
    let opened = RELAY
        .open(&signed(&inside, &gpg.detached("", inside.as_bytes())), &[&gpg.person()])
        .unwrap();
    assert_eq!(opened.encryption, Some(Encryption::Authenticated));
    assert_eq!(opened.signature, None);
}

/// What makes a signature known again does not change with its form.
#[test]
fn two_signatures_are_told_apart_and_one_is_known_again() {
    let gpg = Gpg::new("ed25519", "cv25519").with_contacts();
    let person = gpg.person();
    let digest = |message: &[u8]| RELAY.open(message, &[&person]).unwrap().signature.unwrap().digest;
    let detached = signed(ANSWER, &gpg.detached("", ANSWER.as_bytes()));
    let encrypted_again = encrypted(&gpg.encrypt("", &detached));
    assert_eq!(digest(&detached), digest(&encrypted_again));
    assert_ne!(
        digest(&detached),
        digest(&encrypted(&gpg.encrypt("--sign", ANSWER.as_bytes())))
    );
}

#[test]
fn a_key_that_has_expired_or_was_revoked_signs_nothing() {
    let gpg = Gpg::new("ed25519", "cv25519").with_contacts();
    let message = encrypted(&gpg.encrypt("--sign", ANSWER.as_bytes()));
    let reverse = String::from_utf8(gpg.read(&format!("openpgp-revocs.d/{}.rev", gpg.fingerprint))).unwrap();
    let person = gpg.person();
    gpg.import(reverse.replace(":-----BEGIN", "-----BEGIN").as_bytes());
    let revoked = server::seal::pgp::PersonKey::from_stored(&gpg.public()).unwrap();
    assert!(RELAY.open(&message, &[&person]).unwrap().signature.is_some());
    assert_eq!(RELAY.open(&message, &[&revoked]).unwrap().signature, None);
    // Nor is one from the future.
    let yesterday = now() - time::Duration::DAY;
    let opened = server::seal::pgp::open(&message, &[&RELAY.contact], &[&person], yesterday).unwrap();
    assert_eq!(opened.signature, None);
}

#[test]
fn the_key_of_another_contact_opens_nothing() {
    let gpg = Gpg::new("ed25519", "cv25519").with_contacts();
    let open = |options: &str| {
        let message = encrypted(&gpg.encrypt(options, ANSWER.as_bytes()));
        server::seal::pgp::open(&message, &[&RELAY.other_contact], &[&gpg.person()], now())
    };
    assert!(matches!(open("--sign"), Err(OpenError::Recipient)));
    assert!(matches!(open("--sign --throw-keyids"), Err(OpenError::Undecipherable)));
}
