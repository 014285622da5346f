//! What OpenSSL writes: every cipher, key transport and signature that a client may choose.

use server::seal::open::{Encryption, OpenError};

use crate::{
    clients::{CLIENT, mailed},
    home::{ANSWER, HOME},
};

fn sealed(sign: &str, encrypt: &str) -> Vec<u8> {
    CLIENT.encrypt(encrypt, &CLIENT.sign(sign, ANSWER.as_bytes()))
}

#[test]
fn every_cipher_is_read_as_der_and_in_a_stream() {
    for (cipher, expected) in [
        ("-aes-128-cbc", Encryption::Malleable),
        ("-aes-192-cbc", Encryption::Malleable),
        ("-aes-256-cbc", Encryption::Malleable),
        ("-des3", Encryption::Malleable),
        ("-aes-128-gcm", Encryption::Authenticated),
        ("-aes-192-gcm", Encryption::Authenticated),
        ("-aes-256-gcm", Encryption::Authenticated),
    ] {
        for form in ["-noindef", "-stream"] {
            let message = sealed("", &format!("{cipher} {form}"));
            let opened = HOME.opens(&message);
            assert_eq!(opened.encryption, Some(expected), "{cipher} {form}");
            assert_eq!(opened.entity.as_slice(), ANSWER.as_bytes(), "{cipher} {form}");
        }
    }
}

#[test]
fn every_key_transport_and_identifier_is_read() {
    for options in [
        "-keyid",
        "-keyopt rsa_padding_mode:oaep",
        "-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256",
        "-keyid -keyopt rsa_padding_mode:oaep",
    ] {
        for cipher in ["-aes-256-cbc", "-aes-256-gcm"] {
            HOME.opens(&sealed("", &format!("{options} {cipher}")));
        }
    }
    for other_hash in [
        "rsa_oaep_md:sha512",
        "rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha1",
        "rsa_mgf1_md:sha256",
    ] {
        let other_hash = sealed("", &format!("-keyopt rsa_padding_mode:oaep -keyopt {other_hash}"));
        assert!(matches!(HOME.open(&other_hash), Err(OpenError::Unsupported(_))));
    }
}

#[test]
fn every_signature_is_read() {
    for options in [
        "-nodetach",
        "-nodetach -stream",
        "-nodetach -noindef",
        "-md sha384",
        "-md sha512 -nodetach",
        "-keyopt rsa_padding_mode:pss",
        "-md sha512 -keyopt rsa_padding_mode:pss",
        "-keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32",
        "-keyid",
        "-noattr",
        "-noattr -nodetach",
        "-nocerts",
        "-nosmimecap",
    ] {
        let opened = HOME.opens(&sealed(options, "-aes-256-cbc"));
        assert_eq!(opened.entity.as_slice(), ANSWER.as_bytes(), "{options}");
        let signature = opened.signature.unwrap();
        assert_eq!(
            signature.signing_time.is_some(),
            !options.contains("-noattr"),
            "{options}"
        );
    }
}

#[test]
fn sha1_does_not_count() {
    let opened = HOME.open(&sealed("-md sha1", "-aes-256-gcm")).unwrap();
    assert_eq!(opened.entity.as_slice(), ANSWER.as_bytes());
    assert!(opened.signature.is_none());
}

#[test]
fn one_of_several_recipients_is_enough() {
    let signed = CLIENT.sign("", ANSWER.as_bytes());
    for others in ["user.pem", "user.pem other.pem", "user.pem root.pem between.pem"] {
        let message = CLIENT.openssl(&format!("-encrypt -aes-256-cbc {others} contact.pem"), &signed);
        HOME.opens(&mailed(&message));
    }
    let message = CLIENT.openssl("-encrypt -aes-256-cbc user.pem", &signed);
    assert!(matches!(HOME.open(&mailed(&message)), Err(OpenError::Recipient)));
}

#[test]
fn the_signature_is_known_again() {
    let signed = CLIENT.sign("", ANSWER.as_bytes());
    let [first, again] = [0, 1].map(|_| HOME.opens(&CLIENT.encrypt("-aes-256-cbc", &signed)).signature);
    assert_eq!(first, again);
    let other = HOME.opens(&CLIENT.encrypt("-aes-256-cbc", &CLIENT.sign("-md sha512", ANSWER.as_bytes())));
    assert_ne!(first.unwrap().digest, other.signature.unwrap().digest);
}

#[test]
fn megabytes_are_read() {
    let entity = format!("{ANSWER}{}", "all work and no play\r\n".repeat(300_000));
    for (sign, encrypt) in [
        ("-nodetach -stream", "-aes-256-cbc -stream"),
        ("", "-aes-256-gcm -noindef"),
    ] {
        let opened = HOME.opens(&CLIENT.encrypt(encrypt, &CLIENT.sign(sign, entity.as_bytes())));
        assert_eq!(opened.entity.len(), entity.len());
    }
}
