//! What OpenSSL says of a chain, of certificates forged with its intermediate key, and of the exported file.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failing unwrap is a failing test"
)]

mod support;

use app::pki::{contact, key::ContactKey, pkcs12::Form};
use support::{Folder, PASSPHRASE, exchange_now, rng};
use time::OffsetDateTime;

#[test]
fn chain_is_accepted_for_signing_and_encrypting() {
    let folder = Folder::with(&exchange_now().chain);
    for purpose in ["smimesign", "smimeencrypt"] {
        let verify = [
            "verify",
            "-purpose",
            purpose,
            "-x509_strict",
            "-CAfile",
            "root.pem",
            "-untrusted",
            "intermediate.pem",
            "user.pem",
        ];
        assert_eq!(folder.must("openssl", &verify).trim(), "user.pem: OK");
    }
    let text = folder.must("openssl", &["x509", "-in", "intermediate.pem", "-noout", "-text"]);
    for line in [
        "CA:TRUE, pathlen:0",
        "E-mail Protection",
        "email:ann.lee@example.org",
        "email:relay.example",
        "IP:0.0.0.0/0.0.0.0",
    ] {
        assert!(text.contains(line), "{line} is missing in {text}");
    }
}

#[test]
fn contact_certificate_is_accepted_and_says_what_it_can_decrypt() {
    let exchange = exchange_now();
    let folder = Folder::with(&exchange.chain);
    let key = ContactKey::generate(&mut rng()).unwrap();
    let address = "r-0123456789abcdef0123456789abcdef@relay.example".parse().unwrap();
    let certificate = contact::issue(
        &exchange.chain,
        &exchange.intermediate,
        &key,
        &address,
        OffsetDateTime::now_utc(),
        &mut rng(),
    )
    .unwrap();
    folder.write("c.pem", certificate.pem());
    for purpose in ["smimesign", "smimeencrypt"] {
        let verify = [
            "verify",
            "-purpose",
            purpose,
            "-x509_strict",
            "-CAfile",
            "root.pem",
            "-untrusted",
            "intermediate.pem",
            "c.pem",
        ];
        assert_eq!(folder.must("openssl", &verify).trim(), "c.pem: OK");
    }
    let text = folder.must("openssl", &["x509", "-in", "c.pem", "-noout", "-text"]);
    assert!(
        text.contains("S/MIME Capabilities") && text.contains(address.as_str()),
        "{text}"
    );
    assert_eq!(
        folder
            .must("openssl", &["x509", "-in", "c.pem", "-noout", "-email"])
            .trim(),
        address.as_str()
    );
}

#[test]
fn both_forms_of_the_file_are_read() {
    let exchange = exchange_now();
    let folder = Folder::with(&exchange.chain);
    for (form, arguments, algorithm) in [
        (
            Form::Modern,
            &[][..],
            "PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256",
        ),
        (Form::Compatible, &["-legacy"][..], "pbeWithSHA1And3-KeyTripleDES-CBC"),
    ] {
        folder.write(
            "u.p12",
            exchange
                .issued
                .export(&PASSPHRASE.to_owned().into(), form, &mut rng())
                .unwrap(),
        );
        let pass = format!("pass:{PASSPHRASE}");
        let mut command = vec!["pkcs12", "-in", "u.p12", "-passin", &pass, "-nodes", "-info"];
        command.extend(arguments);
        let text = folder.must("openssl", &command);
        assert!(text.contains(algorithm), "{text}");
        assert_eq!(text.matches("BEGIN CERTIFICATE").count(), 3);
        assert!(
            text.contains("friendlyName: ann.lee@example.org") && text.contains("localKeyID"),
            "{text}"
        );
        folder.write("u.pem", &text);
        let of_key = folder.must("openssl", &["rsa", "-in", "u.pem", "-modulus", "-noout"]);
        assert_eq!(
            of_key,
            folder.must("openssl", &["x509", "-in", "user.pem", "-modulus", "-noout"])
        );
        let (wrong, _) = folder.run(
            "openssl",
            &["pkcs12", "-in", "u.p12", "-passin", "pass:wrong", "-nodes", "-legacy"],
        );
        assert!(!wrong);
    }
}
