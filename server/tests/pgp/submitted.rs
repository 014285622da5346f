//! Keys as people submit them.

use server::seal::pgp::{PersonKey, PersonKeyError};
use time::Duration;

use crate::pgp::{
    gnupg::Gpg,
    relay::{RELAY, now},
};

fn refusal(gpg: &Gpg) -> PersonKeyError {
    PersonKey::read(&gpg.public(), now()).expect_err("a refusal")
}

#[test]
fn what_is_shown_of_a_key_is_so() {
    let gpg = Gpg::with(&[], "ed25519", "cv25519", "2y");
    let armored = gpg.public();
    let binary = gpg.gpg(&["--export"], b"");
    let pasted = [b"Here is my key:\r\n\r\n", &armored[..], b"\r\nAnn\r\n"].concat();
    for submitted in [&armored, &binary, &pasted] {
        let key = PersonKey::read(submitted, now()).unwrap();
        assert_eq!(key.fingerprint(), gpg.fingerprint);
        assert_eq!(key.user_ids(), ["Ann <ann@mailbox.example>"]);
        assert!((now() - key.created_at()).whole_minutes() < 5);
        let left = key.expires_at().unwrap() - now();
        assert!((728..=731).contains(&left.whole_days()), "{left}");
        let stored = PersonKey::from_stored(&key.to_bytes().unwrap()).unwrap();
        assert_eq!(stored.fingerprint(), key.fingerprint());
        assert_eq!(stored.expires_at(), key.expires_at());
        assert_eq!(stored.algorithm(), key.algorithm());
        assert!(stored.usable_at(now()).is_ok());
        assert!(matches!(
            stored.usable_at(now() + Duration::days(732)),
            Err(PersonKeyError::Expired)
        ));
        assert!(matches!(
            stored.usable_at(now() - Duration::days(1)),
            Err(PersonKeyError::NotYetValid)
        ));
    }
    assert_eq!(Gpg::new("ed25519", "cv25519").person().expires_at(), None);
}

#[test]
fn the_end_of_the_last_subkey_is_the_end() {
    let gpg = Gpg::new("ed25519", "");
    gpg.gpg(&["--quick-add-key", &gpg.fingerprint, "cv25519", "encr", "10d"], b"");
    gpg.gpg(&["--quick-add-key", &gpg.fingerprint, "cv25519", "encr", "30d"], b"");
    let key = gpg.person();
    let left = key.expires_at().unwrap() - now();
    assert!((29..=30).contains(&left.whole_days()), "{left}");
    assert!(key.usable_at(now() + Duration::days(20)).is_ok());
    let late = key.usable_at(now() + Duration::days(31));
    assert!(matches!(late, Err(PersonKeyError::EncryptionKeyExpired)), "{late:?}");
}

#[test]
fn a_secret_key_is_refused_in_every_form() {
    let gpg = Gpg::new("ed25519", "cv25519");
    let armored = gpg.gpg(&["--armor", "--export-secret-keys"], b"");
    let binary = gpg.gpg(&["--export-secret-keys"], b"");
    let subkeys = gpg.gpg(&["--export-secret-subkeys"], b"");
    let both = [gpg.public(), armored.clone()].concat();
    let both_binary = [gpg.gpg(&["--export"], b""), binary.clone()].concat();
    for submitted in [armored, binary, subkeys, both, both_binary] {
        let refused = PersonKey::read(&submitted, now());
        assert!(matches!(refused, Err(PersonKeyError::Secret)), "{refused:?}");
        assert!(matches!(
            PersonKey::from_stored(&submitted),
            Err(PersonKeyError::Secret)
        ));
    }
}

#[test]
fn there_must_be_one_key() {
    let (ann, eve) = (Gpg::new("ed25519", "cv25519"), Gpg::new("ed25519", "cv25519"));
    let armored = [ann.public(), eve.public()].concat();
    let binary = [ann.gpg(&["--export"], b""), eve.gpg(&["--export"], b"")].concat();
    for submitted in [armored, binary] {
        let refused = PersonKey::read(&submitted, now());
        assert!(matches!(refused, Err(PersonKeyError::Several)), "{refused:?}");
    }
    let message = ann.with_contacts().encrypt("", b"x");
    for submitted in [
        &b""[..],
        b"Hello",
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nx\n",
        &message,
        &[0x99; 500],
    ] {
        let refused = PersonKey::read(submitted, now());
        assert!(
            matches!(refused, Err(PersonKeyError::Unreadable(_) | PersonKeyError::Empty)),
            "{refused:?}"
        );
    }
    assert!(matches!(
        PersonKey::read(&vec![0x99; 2_000_000], now()),
        Err(PersonKeyError::TooLarge)
    ));
}

#[test]
fn weak_keys_are_refused_by_name() {
    assert!(matches!(
        refusal(&Gpg::new("rsa1024", "rsa1024")),
        PersonKeyError::WeakRsa(1024)
    ));
    assert!(matches!(
        refusal(&Gpg::new("ed25519", "rsa1024")),
        PersonKeyError::WeakRsa(1024)
    ));
    assert!(matches!(
        refusal(&Gpg::new("dsa2048", "rsa3072")),
        PersonKeyError::Obsolete("DSA")
    ));
    assert!(matches!(
        refusal(&Gpg::new("ed25519", "elg2048")),
        PersonKeyError::Obsolete("ElGamal")
    ));
    assert!(matches!(
        refusal(&Gpg::new("ed25519", "")),
        PersonKeyError::NoEncryptionKey
    ));
    let sha1 = Gpg::with(&["--cert-digest-algo", "SHA1"], "rsa3072", "rsa3072", "never");
    let refused = refusal(&sha1);
    assert!(matches!(refused, PersonKeyError::WeakHash(_)), "{refused:?}");
    assert!(
        refused.to_string().contains("SHA1") || refused.to_string().contains("SHA-1"),
        "{refused}"
    );
}

#[test]
fn revoked_keys_and_subkeys_are_refused() {
    let gpg = Gpg::new("ed25519", "cv25519");
    let reverse = String::from_utf8(gpg.read(&format!("openpgp-revocs.d/{}.rev", gpg.fingerprint))).unwrap();
    gpg.import(reverse.replace(":-----BEGIN", "-----BEGIN").as_bytes());
    assert!(matches!(refusal(&gpg), PersonKeyError::Revoked));

    let gpg = Gpg::new("ed25519", "cv25519");
    gpg.gpg_edit("key 1\nrevkey\ny\n0\n\ny\nsave\n");
    let refused = refusal(&gpg);
    assert!(matches!(refused, PersonKeyError::EncryptionKeyRevoked), "{refused:?}");
}

/// What others said of the key, and its pictures, are nobody's business here.
#[test]
fn only_what_is_of_use_is_kept() {
    let gpg = Gpg::new("ed25519", "cv25519");
    let plain = gpg.person().to_bytes().unwrap().len();
    let eve = Gpg::new("ed25519", "cv25519");
    eve.import(&gpg.public());
    eve.gpg(&["--yes", "--quick-sign-key", &gpg.fingerprint], b"");
    gpg.import(&eve.gpg(&["--armor", "--export", &gpg.fingerprint], b""));
    assert!(gpg.public().len() > plain * 3 / 2, "no certification was added");
    assert_eq!(gpg.person().to_bytes().unwrap().len(), plain);
    // A user id that was taken back, later than it was made, is not shown.
    gpg.gpg(&["--quick-add-uid", &gpg.fingerprint, "Old <old@mailbox.example>"], b"");
    assert_eq!(gpg.person().user_ids().len(), 2);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    gpg.gpg(
        &["--quick-revoke-uid", &gpg.fingerprint, "Old <old@mailbox.example>"],
        b"",
    );
    assert_eq!(gpg.person().user_ids(), ["Ann <ann@mailbox.example>"]);
}

#[test]
fn nothing_is_sealed_for_a_key_that_has_expired() {
    let gpg = Gpg::with(&[], "ed25519", "cv25519", "5d");
    let rewritten = crate::pgp::relay::Relay::rewrite(b"Subject: x\r\n\r\n");
    let seal = |now| {
        let rng = &mut rand_core::UnwrapErr(getrandom::SysRng);
        server::seal::pgp::seal(rewritten.clone(), (&RELAY.contact, &[]), &gpg.person(), now, rng)
    };
    assert!(seal(now() + Duration::days(4)).is_ok());
    let refused = seal(now() + Duration::days(6)).err();
    assert!(
        matches!(refused, Some(server::seal::SealError::Person(PersonKeyError::Expired))),
        "{refused:?}"
    );
}
