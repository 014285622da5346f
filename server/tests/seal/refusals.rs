//! What must not be sealed, and who must not open what was.

use app::{
    pki::{
        certificate::Certificate,
        error::{Check, Part, PkiError},
        key::ContactKey,
        role::Role,
    },
    profile::Cipher,
};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use server::seal::{Reader, SealError, seal, sign::Signer};
use time::Duration;

use crate::seal::{
    clients::{OpenSsl, ciphertext, openssl},
    person::{PERSON, Person},
};

const PLAIN: &[u8] = b"From: Bob <bob@example.org>\r\nSubject: s\r\n\r\nA secret of the body\r\n";

#[test]
fn only_the_recipient_opens_it() {
    let other = Person::new("other@mailbox.example");
    let sealed = PERSON.seal(&PERSON.rewrite(PLAIN));
    assert!(OpenSsl::new(&other).cannot_decrypt(&sealed));
    let cms = ciphertext(&sealed);
    for secret in [&b"secret"[..], b"bob@example.org", b"amber@relay"] {
        assert!(!cms.windows(secret.len()).any(|octets| octets == secret));
    }
}

#[test]
fn a_changed_body_is_noticed() {
    let client = OpenSsl::new(&PERSON);
    let signed = client.decrypt(&PERSON.seal(&PERSON.rewrite(PLAIN)));
    assert!(client.verify(&signed).is_ok());
    let at = signed.windows(6).position(|octets| octets == b"secret").unwrap();
    let mut changed = signed.clone();
    changed[at] = b'S';
    assert!(client.verify(&changed).is_err());
}

#[test]
fn a_certificate_out_of_its_time_is_refused() {
    let rewritten = PERSON.rewrite(PLAIN);
    let user = PERSON.chain.user();
    let at = |now, cipher| {
        let to = Reader {
            certificate: user,
            cipher,
        };
        seal(rewritten.clone(), &PERSON.signer, to, now, &mut UnwrapErr(SysRng)).map(drop)
    };
    let cipher = Cipher::Compatible;
    assert!(at(user.not_before(), cipher).is_ok() && at(user.not_after(), cipher).is_ok());
    for now in [
        user.not_before() - Duration::SECOND,
        user.not_after() + Duration::SECOND,
    ] {
        for cipher in [cipher, Cipher::Modern] {
            assert!(matches!(at(now, cipher), Err(SealError::RecipientValidity)));
        }
    }
}

#[test]
fn a_key_that_is_not_rsa_does_not_even_make_a_certificate() {
    let home = tempfile::tempdir().unwrap();
    let key = home.path().join("key");
    for (algorithm, option) in [("EC", "ec_paramgen_curve:P-256"), ("RSA-PSS", "rsa_keygen_bits:2048")] {
        let (subject, out) = (
            ["-subj", "/CN=x"],
            ["-outform", "DER", "-nodes", "-keyout", key.to_str().unwrap()],
        );
        let request = ["req", "-x509", "-newkey", algorithm, "-pkeyopt", option];
        let der = openssl(&[&request[..], &subject, &out].concat(), b"");
        let part = Part::Certificate(Role::User);
        let check = Check::PublicKey;
        assert_eq!(
            Certificate::from_der(Role::User, &der).err(),
            Some(PkiError::Refused { part, check }),
            "{algorithm}"
        );
    }
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let key = ContactKey::generate(&mut UnwrapErr(SysRng))
        .unwrap()
        .to_pkcs8()
        .unwrap();
    let refused = Signer::new(PERSON.chain.user(), &PERSON.chain, &key).map(drop);
    assert!(matches!(refused, Err(SealError::KeyMismatch)), "{refused:?}");
    let refused = Signer::new(PERSON.chain.user(), &PERSON.chain, b"no key").map(drop);
    assert!(matches!(refused, Err(SealError::Key(_))), "{refused:?}");
}
