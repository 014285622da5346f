//! What three independent programs do with the exported file and with the chain: OpenSSL, NSS (Thunderbird's), and gpgsm,
//! which reads the compatible form only.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing unwrap is a failing test")]

mod support;

use app::pki::{
    PkiError,
    certificate::Certificate,
    contact,
    issuance::browser::Issued,
    key::{ContactKey, KeySize},
    pkcs12::{Form, MIN_PASSPHRASE},
    validity::{Expiration, Unit},
};
use support::{Exchange, Folder, exchange, exchange_now, exchange_of, gpgsm::Gpgsm, nss::Database, rng, subject};
use time::OffsetDateTime;

/// Plain, with Latin letters beyond ASCII and blanks, and beyond Latin: PKCS#12 takes them as UTF-16 (RFC 7292 B.1).
/// gpgsm 2.2 reads the first two only, whoever wrote the file, as it widens Latin-1.
const PASSPHRASES: [&str; 3] = ["correct horse battery", "Zwölf gute Wörter", "пароль 密码 ωμέγα"];

/// The modern form is slow on purpose: one passphrase is enough there.
const FILES: [(&str, Form); 4] = [
    (PASSPHRASES[0], Form::Compatible),
    (PASSPHRASES[1], Form::Compatible),
    (PASSPHRASES[2], Form::Compatible),
    (PASSPHRASES[2], Form::Modern),
];

fn export(issued: &Issued, passphrase: &str, form: Form) -> Vec<u8> {
    issued.export(&passphrase.to_owned().into(), form, &mut rng()).unwrap()
}

#[test]
fn openssl_reads_both_forms_under_any_passphrase() {
    let exchange = exchange_now();
    let folder = Folder::with(&exchange.chain);
    for (passphrase, form) in FILES {
        folder.write("u.p12", export(&exchange.issued, passphrase, form));
        let pass = format!("pass:{passphrase}");
        let mut read = vec!["pkcs12", "-in", "u.p12", "-nodes", "-passin", &pass];
        if form == Form::Compatible {
            read.push("-legacy");
        }
        let text = folder.must("openssl", &read);
        assert_eq!(text.matches("BEGIN CERTIFICATE").count(), 3, "{passphrase} {form:?}");
        assert_eq!(text.matches("BEGIN PRIVATE KEY").count(), 1, "{passphrase} {form:?}");
    }
}

#[test]
fn nss_imports_both_forms_and_believes_the_chain() {
    let exchange = exchange_now();
    let mailbox = subject().mailbox.to_string();
    for (passphrase, form) in FILES {
        let nss = Database::empty();
        let file = export(&exchange.issued, passphrase, form);
        let (imported, text) = nss.import(&file, passphrase);
        assert!(imported, "{passphrase} {form:?}: {text}");
        let (listed, keys) = nss.certutil(&["-K"]);
        assert!(listed && keys.contains(&mailbox), "{keys}");
        nss.add("root", "C,C,", exchange.chain.root().der());
        for usage in ["S", "R"] {
            let (valid, text) = nss.validates(&mailbox, usage);
            assert!(valid, "{text}");
        }
    }
    let file = export(&exchange.issued, PASSPHRASES[0], Form::Compatible);
    assert!(!Database::empty().import(&file, PASSPHRASES[1]).0, "another passphrase");
}

#[test]
fn gpgsm_imports_the_compatible_form_and_signs_under_the_constrained_intermediate() {
    let exchange = exchange_now();
    for passphrase in &PASSPHRASES[..2] {
        gpgsm_believes(&exchange, passphrase);
    }
}

fn gpgsm_believes(exchange: &Exchange, passphrase: &str) -> Gpgsm {
    let gpgsm = Gpgsm::trusting(exchange.chain.root(), passphrase);
    // It guesses the charset of a passphrase, and takes what another one decrypts for the key if it begins like one: with
    // letters beyond ASCII it cannot read one file of some 300, whoever wrote it.
    let tries = if passphrase.is_ascii() { 1 } else { 3 };
    let import = || gpgsm.import(&export(&exchange.issued, passphrase, Form::Compatible));
    let failed = (0..tries).map_while(|_| import().err()).count();
    assert!(failed < tries, "not imported");
    let listing = gpgsm.must(&["--list-secret-keys", "--with-validation"]);
    assert!(listing.contains("[certificate is good]"), "{listing}");
    let chain = gpgsm.must(&["--list-chain", "--with-validation"]);
    assert!(
        chain.contains("Sealpost Root") && chain.contains("Sealpost Intermediate"),
        "{chain}"
    );
    gpgsm.write("message", "Hello.\n");
    gpgsm.must(&["--output", "signature", "--detach-sign", "message"]);
    let verdict = gpgsm.must(&["--verify", "signature", "message"]);
    assert!(verdict.contains("Good signature from"), "{verdict}");
    gpgsm
}

#[test]
fn longer_keys_are_taken_by_openssl_nss_and_gpgsm() {
    for size in [KeySize::Rsa3072, KeySize::Rsa4096] {
        let exchange = exchange_of(size);
        let chain = &exchange.chain;
        for certificate in [chain.root(), chain.intermediate(), chain.user()] {
            assert_eq!(certificate.key_bits(), size.bits());
        }
        let contact = contact(&exchange);
        assert_eq!(contact.key_bits(), 2048, "contact keys stay as they are");

        let folder = Folder::with(chain);
        folder.write("contact.pem", contact.pem());
        for (purpose, certificate) in [
            ("smimesign", "user.pem"),
            ("smimeencrypt", "user.pem"),
            ("smimesign", "contact.pem"),
            ("smimeencrypt", "contact.pem"),
        ] {
            let verify = ["verify", "-x509_strict", "-purpose", purpose, "-CAfile", "root.pem"];
            let text = folder.must(
                "openssl",
                &[&verify[..], &["-untrusted", "intermediate.pem", certificate]].concat(),
            );
            assert_eq!(text.trim(), format!("{certificate}: OK"), "{size}");
        }
        let file = export(&exchange.issued, PASSPHRASES[0], Form::Modern);
        folder.write("u.p12", &file);
        let pass = format!("pass:{}", PASSPHRASES[0]);
        folder.must(
            "openssl",
            &["pkcs12", "-in", "u.p12", "-nodes", "-passin", &pass, "-out", "u.pem"],
        );
        folder.write("message", "For you alone.\n");
        folder.must(
            "openssl",
            &[
                "cms", "-encrypt", "-aes256", "-in", "message", "-out", "sealed", "user.pem",
            ],
        );
        let opened = folder.must(
            "openssl",
            &[
                "cms", "-decrypt", "-in", "sealed", "-recip", "user.pem", "-inkey", "u.pem",
            ],
        );
        assert!(opened.contains("For you alone."), "{size}: {opened}");

        let nss = Database::empty();
        let (imported, text) = nss.import(&file, PASSPHRASES[0]);
        assert!(imported, "{size}: {text}");
        nss.add("root", ",C,", chain.root().der());
        nss.add("contact", ",,", contact.der());
        for (name, usage) in [
            (subject().mailbox.as_str(), "S"),
            (subject().mailbox.as_str(), "R"),
            ("contact", "S"),
            ("contact", "R"),
        ] {
            let (valid, text) = nss.validates(name, usage);
            assert!(valid, "{size} {name} {usage}: {text}");
        }

        let gpgsm = gpgsm_believes(&exchange, PASSPHRASES[0]);
        // In pointed brackets the whole address is meant: the authorities' names hold it, too.
        let recipient = format!("<{}>", subject().mailbox);
        let encrypt = ["--recipient", &recipient, "--output", "sealed", "--encrypt", "message"];
        gpgsm.must(&encrypt);
        assert!(gpgsm.must(&["--decrypt", "sealed"]).contains("Hello."), "{size}");
    }
}

fn contact(exchange: &Exchange) -> Certificate {
    let key = ContactKey::generate(&mut rng()).unwrap();
    let address = "r-0123456789abcdef0123456789abcdef@relay.example".parse().unwrap();
    let now = OffsetDateTime::now_utc();
    contact::issue(&exchange.chain, &exchange.intermediate, &key, &address, now, &mut rng()).unwrap()
}

#[test]
fn passphrase_that_cannot_be_used_is_refused() {
    let issued = exchange_now().issued;
    let refusal = |passphrase: &str, form| issued.export(&passphrase.to_owned().into(), form, &mut rng()).err();
    for form in [Form::Modern, Form::Compatible] {
        for short in ["", "1234567", "密码密码密码密"] {
            assert!(short.chars().count() < MIN_PASSPHRASE);
            assert_eq!(refusal(short, form), Some(PkiError::PassphraseTooShort), "{short}");
        }
        assert_eq!(
            refusal("beyond the plane 😀", form),
            Some(PkiError::PassphraseCharacter)
        );
    }
}

#[test]
fn each_file_has_salts_of_its_own() {
    let issued = exchange_now().issued;
    let [one, other] = [(); 2].map(|()| export(&issued, PASSPHRASES[0], Form::Compatible));
    assert_ne!(one, other);
}

#[test]
fn longest_mailboxes_and_validities_are_accepted() {
    let local = "l".repeat(64);
    let domain = format!("{}.{}.example", "d".repeat(63), "d".repeat(63));
    for (mailbox, amount) in [
        (format!("{local}@{domain}"), 2),
        ("o'brien+tag/{x}=y?@example.org".into(), 2),
        ("ann@example.org".into(), 50),
    ] {
        let subject = app::pki::name::Subject {
            mailbox: mailbox.parse().unwrap(),
            ..subject()
        };
        let unit = Unit::Years;
        let exchange = exchange(&subject, Expiration { amount, unit }, OffsetDateTime::now_utc());
        let folder = Folder::with(&exchange.chain);
        for purpose in ["smimesign", "smimeencrypt"] {
            let base = [
                "verify",
                "-x509_strict",
                "-CAfile",
                "root.pem",
                "-untrusted",
                "intermediate.pem",
            ];
            let text = folder.must("openssl", &[&base[..], &["-purpose", purpose, "user.pem"]].concat());
            assert_eq!(text.trim(), "user.pem: OK", "{mailbox}");
        }
        let nss = Database::trusting(&exchange.chain);
        nss.add("user", ",,", exchange.chain.user().der());
        let (valid, text) = nss.validates("user", "S");
        assert!(valid, "{mailbox}: {text}");
        let end = folder.must("openssl", &["x509", "-in", "user.pem", "-noout", "-enddate"]);
        let year = exchange.chain.user().not_after().year();
        assert!(end.contains(&year.to_string()), "{end}");
    }
}
