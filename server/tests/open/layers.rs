//! How the layers may lie in each other, and how they may not.

use server::seal::open::{Encryption, OpenError};

use crate::open::{
    clients::{CLIENT, STRANGERS, body, cms_message, mailed},
    home::{ANSWER, HOME, STRANGER},
};

fn sealed() -> Vec<u8> {
    CLIENT.encrypt("-aes-256-cbc", &CLIENT.sign("", ANSWER.as_bytes()))
}

/// The MIME fields and the body of a message, without those of [`mailed`].
fn entity(message: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(message).unwrap();
    text.as_bytes()[text.find("MIME-Version").unwrap()..].to_vec()
}

#[test]
fn a_message_without_cms_is_its_own_entity() {
    let opened = HOME
        .open(&mailed(format!("Subject: x\r\n{ANSWER}").as_bytes()))
        .unwrap();
    assert_eq!(opened.entity.as_slice(), ANSWER.as_bytes());
    assert!(opened.encryption.is_none() && opened.signature.is_none());
    assert_eq!(HOME.open(b"only text").unwrap().entity.as_slice(), b"\r\nonly text");
}

#[test]
fn a_message_may_be_signed_only() {
    for options in ["", "-nodetach", "-nodetach -stream"] {
        let opened = HOME.opens(&mailed(&CLIENT.sign(options, ANSWER.as_bytes())));
        assert_eq!(opened.entity.as_slice(), ANSWER.as_bytes(), "{options}");
        assert!(opened.encryption.is_none());
    }
}

#[test]
fn a_message_may_be_encrypted_only() {
    let opened = HOME.open(&CLIENT.encrypt("-aes-256-gcm", ANSWER.as_bytes())).unwrap();
    assert_eq!(opened.entity.as_slice(), ANSWER.as_bytes());
    assert_eq!(opened.encryption, Some(Encryption::Authenticated));
    assert!(opened.signature.is_none());
}

/// EFAIL: the plaintext stays inside unless the person signed all of it.
#[test]
fn what_is_malleable_opens_only_for_a_signature() {
    for cipher in ["-aes-128-cbc", "-aes-256-cbc", "-des3"] {
        for unsigned in [ANSWER.as_bytes().to_vec(), STRANGERS.sign("", ANSWER.as_bytes())] {
            let opened = HOME.open(&CLIENT.encrypt(cipher, &unsigned));
            assert!(matches!(opened, Err(OpenError::Malleable)), "{cipher}");
        }
        HOME.opens(&CLIENT.encrypt(cipher, &CLIENT.sign("", ANSWER.as_bytes())));
    }
}

#[test]
fn the_old_names_and_other_transfer_encodings_are_read() {
    let object = body(&sealed());
    HOME.opens(&cms_message("application/x-pkcs7-mime; name=smime.p7m", &object));
    HOME.opens(&cms_message("APPLICATION/PKCS7-MIME; smime-type=signed-data", &object));
    for encoding in ["binary", "8bit", "7BIT"] {
        let header = format!("Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n");
        HOME.opens(&[header.as_bytes(), &object, b"\r\n"].concat());
    }
    let old = String::from_utf8(CLIENT.sign("", ANSWER.as_bytes())).unwrap();
    let old = old.replace("application/pkcs7-signature", "application/x-pkcs7-signature");
    HOME.opens(&CLIENT.encrypt("-aes-256-cbc", old.as_bytes()));
}

#[test]
fn a_signature_outside_of_the_encryption_is_taken_off_and_does_not_count() {
    let triple = mailed(&STRANGERS.sign("", &entity(&sealed())));
    HOME.opens(&triple);
    let only_outside = CLIENT.sign("", &entity(&CLIENT.encrypt("-aes-256-gcm", ANSWER.as_bytes())));
    let opened = HOME.open(&mailed(&only_outside)).unwrap();
    assert_eq!(opened.encryption, Some(Encryption::Authenticated));
    assert!(opened.signature.is_none());
    let malleable = CLIENT.sign("", &entity(&CLIENT.encrypt("-aes-256-cbc", ANSWER.as_bytes())));
    assert!(matches!(HOME.open(&mailed(&malleable)), Err(OpenError::Malleable)));
}

#[test]
fn of_several_signatures_one_by_the_person_is_enough() {
    let (key, certificate) = (STRANGERS.at("user.key"), STRANGERS.at("user.pem"));
    for options in ["", "-nodetach"] {
        let two = CLIENT.sign(
            &format!("-signer {certificate} -inkey {key} {options}"),
            ANSWER.as_bytes(),
        );
        HOME.opens(&CLIENT.encrypt("-aes-256-cbc", &two));
    }
    let within = STRANGERS.sign("", ANSWER.as_bytes());
    HOME.opens(&CLIENT.encrypt("-aes-256-cbc", &CLIENT.sign("", &within)));
    HOME.opens(&CLIENT.encrypt("-aes-256-cbc", &STRANGERS.sign("", &CLIENT.sign("", ANSWER.as_bytes()))));
}

#[test]
fn a_signature_by_anybody_else_is_none() {
    for options in ["", "-nodetach"] {
        let signed = STRANGERS.sign(options, ANSWER.as_bytes());
        let opened = HOME.open(&CLIENT.encrypt("-aes-256-gcm", &signed)).unwrap();
        assert_eq!(opened.entity.as_slice(), ANSWER.as_bytes());
        assert!(opened.signature.is_none());
    }
    // Somebody else's key under the person's name.
    let forged = STRANGERS.openssl(
        &format!("-sign -signer {} -inkey user.key -nodetach", STRANGERS.at("user.pem")),
        ANSWER.as_bytes(),
    );
    assert!(HOME.open(&mailed(&forged)).unwrap().signature.is_none());
    assert!(STRANGER.open(&mailed(&forged)).unwrap().signature.is_some());
}

#[test]
fn altered_text_is_not_signed() {
    let signed = String::from_utf8(CLIENT.sign("", ANSWER.as_bytes())).unwrap();
    let altered = signed.replace("old oak", "old elm");
    let opened = HOME.open(&CLIENT.encrypt("-aes-256-gcm", altered.as_bytes())).unwrap();
    assert!(opened.entity.windows(7).any(|octets| octets == b"old elm"));
    assert!(opened.signature.is_none());
}

#[test]
fn nothing_but_the_whole_body_is_opened() {
    let parts = [entity(&sealed()), ANSWER.as_bytes().to_vec(), entity(&sealed())];
    for chosen in [
        &parts[..2],
        &parts[1..],
        &[parts[0].clone(), parts[2].clone()],
        &parts[..1],
    ] {
        let mut mixed = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_vec();
        for part in chosen {
            mixed.extend_from_slice(b"--b\r\n");
            mixed.extend_from_slice(part);
            mixed.extend_from_slice(b"\r\n");
        }
        mixed.extend_from_slice(b"--b--\r\n");
        assert!(matches!(HOME.open(&mailed(&mixed)), Err(OpenError::Mixed)));
        // The same within an encrypted message, also below a signature.
        for inside in [mixed.clone(), CLIENT.sign("", &mixed)] {
            let message = CLIENT.encrypt("-aes-256-gcm", &inside);
            assert!(matches!(HOME.open(&message), Err(OpenError::Undecipherable)));
        }
    }
}

#[test]
fn text_around_the_object_is_refused() {
    let sealed = String::from_utf8(sealed()).unwrap();
    let footer = format!("{sealed}_____\r\nSent from a list\r\n");
    assert!(matches!(HOME.open(footer.as_bytes()), Err(OpenError::TransferEncoding)));
    let twice = [body(sealed.as_bytes()), body(sealed.as_bytes())].concat();
    assert!(matches!(
        HOME.open(&cms_message("application/pkcs7-mime", &twice)),
        Err(OpenError::Ber(_))
    ));
}

#[test]
fn encrypted_within_encrypted_stays_closed() {
    for inside in [entity(&sealed()), CLIENT.sign("", &entity(&sealed()))] {
        let message = CLIENT.encrypt("-aes-256-cbc", &inside);
        assert!(matches!(HOME.open(&message), Err(OpenError::Malleable)));
        let message = CLIENT.encrypt("-aes-256-gcm", &inside);
        assert!(matches!(HOME.open(&message), Err(OpenError::Undecipherable)));
    }
}

#[test]
fn of_two_content_types_none_is_believed() {
    let message = String::from_utf8(sealed()).unwrap();
    let before = message.replacen("MIME-Version", "Content-Type: text/plain\r\nMIME-Version", 1);
    let behind = message.replacen("\r\n\r\n", "\r\nContent-Type: text/plain\r\n\r\n", 1);
    for two in [before, behind] {
        assert!(matches!(HOME.open(two.as_bytes()), Err(OpenError::Mixed)));
    }
}
