//! What OpenSSL writes: every cipher, key transport and signature that a client may choose.

use const_oid::db::{rfc5911::ID_DATA, rfc5912::ID_RSASSA_PSS};
use server::seal::open::{Encryption, OpenError, Unsupported};
use spki::AlgorithmIdentifierOwned;
use test_support::enveloped::enveloped;

use crate::open::{
    clients::{CLIENT, body, cms_message, mailed},
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
        "-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha384",
        "-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha512",
        "-keyid -keyopt rsa_padding_mode:oaep",
    ] {
        for cipher in ["-aes-256-cbc", "-aes-256-gcm"] {
            HOME.opens(&sealed("", &format!("{options} {cipher}")));
        }
    }
    for other_hash in [
        "rsa_oaep_md:sha224",
        "rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha1",
        "rsa_mgf1_md:sha256",
    ] {
        let other_hash = sealed("", &format!("-keyopt rsa_padding_mode:oaep -keyopt {other_hash}"));
        let refused = HOME.open(&other_hash);
        assert!(matches!(
            refused,
            Err(OpenError::Unsupported(Unsupported::OaepHashes(_)))
        ));
    }
}

/// A form that is not read is named, to whomever it is encrypted.
#[test]
fn a_form_that_is_not_read_is_named_whoever_it_is_for() {
    let signed = CLIENT.sign("", ANSWER.as_bytes());
    for recipient in ["contact.pem", "user.pem"] {
        for (options, expected) in [
            ("-camellia-256-cbc", "encrypted with Camellia"),
            ("-aria-256-cbc", "encrypted with ARIA"),
            (
                "-aes-256-cbc -pwri_password x",
                "encrypted by key agreement or with a password, and to no RSA key",
            ),
            (
                "-aes-256-cbc -secretkey 00112233445566778899aabbccddeeff -secretkeyid 01",
                "encrypted by key agreement or with a password, and to no RSA key",
            ),
        ] {
            let to = if options.contains("aes") { "" } else { recipient };
            let message = CLIENT.openssl(&format!("-encrypt {options} {to}"), &signed);
            let Err(OpenError::Unsupported(form)) = HOME.open(&mailed(&message)) else {
                panic!("{options}");
            };
            assert_eq!(form.words(), expected, "{options}");
        }
    }
    // One recipient in a form that is read: nobody learns whether that one is ours.
    let oaep = "-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha224";
    for (unread, read) in [("contact.pem", "user.pem"), ("user.pem", "other.pem")] {
        let message = CLIENT.openssl(
            &format!("-encrypt -aes-256-gcm -recip {unread} {oaep} -recip {read}"),
            &signed,
        );
        let opened = HOME.open(&mailed(&message));
        assert_eq!(
            matches!(opened, Err(OpenError::Recipient)),
            read == "user.pem",
            "{unread}"
        );
    }
}

/// The same of forms that clients do not write.
#[test]
fn a_form_that_is_hardly_in_use_is_named_too() {
    let signed = CLIENT.sign("", ANSWER.as_bytes());
    let oaep = "-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256 -keyopt";
    for (arguments, expected) in [
        (
            format!("-encrypt -aes-256-cbc -recip contact.pem {oaep} rsa_oaep_label:6162"),
            "encrypted with RSA-OAEP and a label",
        ),
        (
            format!("-encrypt -aes-256-cbc -recip contact.pem {oaep} rsa_mgf1_md:sha1"),
            "encrypted with RSA-OAEP and two different hashes, or an unknown one",
        ),
        (
            "-sign -nodetach -signer user.pem -inkey user.key -econtent_type 1.2.3.4".to_owned(),
            "a signed or encrypted object that holds no mail",
        ),
        (
            "-digest_create -md sha256".to_owned(),
            "a CMS object of a kind that is no S/MIME mail",
        ),
    ] {
        let object = CLIENT.openssl(&format!("{arguments} -outform DER"), &signed);
        let Err(OpenError::Unsupported(form)) = HOME.open(&cms_message("application/pkcs7-mime", &object)) else {
            panic!("{arguments}");
        };
        assert_eq!(form.words(), expected, "{arguments}");
    }
    let transport = AlgorithmIdentifierOwned {
        oid: ID_RSASSA_PSS,
        parameters: None,
    };
    let object = enveloped(
        HOME.contact.certificate.der(),
        transport,
        &[7; 256],
        (&[7; 32], &signed),
    );
    let Err(OpenError::Unsupported(form)) = HOME.open(&cms_message("application/pkcs7-mime", &object)) else {
        panic!("RSASSA-PSS");
    };
    assert_eq!(form.words(), "encrypted to RSA keys in a form unknown here");
    // By its type no MIME: id-data becomes id-signedData.
    let mut object = body(&sealed("", "-aes-256-cbc -noindef"));
    let at = memchr::memmem::find(&object, ID_DATA.as_bytes()).unwrap();
    object[at + ID_DATA.as_bytes().len() - 1] = 2;
    let Err(OpenError::Unsupported(form)) = HOME.open(&cms_message("application/pkcs7-mime", &object)) else {
        panic!("id-signedData");
    };
    assert_eq!(form.words(), "a signed or encrypted object that holds no mail");
}

#[test]
fn other_labels_with_the_file_names_of_smime_are_read() {
    let object = body(&sealed("", "-aes-256-cbc"));
    for label in [
        "application/octet-stream; name=smime.p7m",
        "application/octet-stream; name=\"SMIME.P7M\"",
        "application/x-unknown; name=smime.p7m",
        "application/octet-stream; name=smime.p7s",
        "application/octet-stream\r\nContent-Disposition: attachment; filename=smime.p7m",
    ] {
        HOME.opens(&cms_message(label, &object));
    }
    for label in [
        "application/octet-stream; name=other.p7m",
        "application/octet-stream",
        "text/plain; name=smime.p7m",
    ] {
        let closed = HOME.open(&cms_message(label, &object));
        assert!(matches!(closed, Err(OpenError::Mixed)), "{label}");
    }
    // The signature beside the text.
    for label in [
        "application/octet-stream; name=smime.p7s",
        "application/x-unknown; name=\"Smime.p7s\"",
    ] {
        let signed = String::from_utf8(CLIENT.sign("", ANSWER.as_bytes())).unwrap();
        let signed = signed.replace("application/pkcs7-signature; name=\"smime.p7s\"", label);
        assert!(signed.contains(label), "{signed}");
        HOME.opens(&mailed(signed.as_bytes()));
    }
    // Anything may be called so: a file that is no object is what it is.
    let file = cms_message("application/octet-stream; name=smime.p7m", b"no object at all");
    let opened = HOME.open(&file).unwrap();
    assert!(
        opened
            .entity
            .starts_with(b"MIME-Version: 1.0\r\nContent-Type: application/octet-stream")
    );
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
