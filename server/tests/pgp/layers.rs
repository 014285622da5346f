//! Where in a message OpenPGP is looked for.

use server::seal::{open::OpenError, pgp::is_openpgp};

use crate::pgp::{
    gnupg::Gpg,
    relay::{ANSWER, RELAY, encrypted, signed},
};

fn text(message: &[u8]) -> String {
    String::from_utf8(message.to_vec()).unwrap()
}

#[test]
fn only_the_whole_body_is_opened() {
    let gpg = Gpg::new("ed25519", "cv25519").with_contacts();
    let armored = gpg.encrypt("--sign", ANSWER.as_bytes());
    let whole = encrypted(&armored);
    assert!(is_openpgp(&whole));
    let (_, body) = text(&whole)
        .split_once("Content-Type: ")
        .map(|(a, b)| (a.to_owned(), format!("Content-Type: {b}")))
        .unwrap();
    let crlf = text(&armored).replace('\n', "\r\n");
    for message in [
        // Beside a text, in front of one, and in a text.
        format!("Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\nHello\r\n--m\r\n{body}\r\n--m--\r\n"),
        format!("Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n{body}\r\n--m\r\n\r\nHello\r\n--m--\r\n"),
        format!("Content-Type: text/plain\r\n\r\n{crlf}"),
        format!("Content-Type: text/plain\r\n\r\nHello\r\n\r\n{crlf}"),
        format!("Content-Type: application/octet-stream\r\n\r\n{crlf}"),
        // One part too many, none that says what it is, two types.
        text(&whole).replace("\r\n--b1--", "\r\n--b1\r\n\r\nHello\r\n--b1--"),
        text(&whole).replace("Content-Type: application/pgp-encrypted", "Content-Type: text/plain"),
        text(&whole).replacen(
            "Content-Type: multipart",
            "Content-Type: text/plain\r\nContent-Type: multipart",
            1,
        ),
    ] {
        let opened = RELAY.open(message.as_bytes(), &[&gpg.person()]);
        assert!(matches!(opened, Err(OpenError::Mixed)), "{message}");
        assert!(!is_openpgp(message.as_bytes()), "{message}");
    }
}

#[test]
fn nothing_stands_beside_the_armor() {
    let gpg = Gpg::new("ed25519", "cv25519").with_contacts();
    let armored = text(&gpg.encrypt("--sign", ANSWER.as_bytes()));
    for odd in [
        format!("{armored}Hello\n"),
        format!("{armored}{armored}"),
        format!("Hello\n\n{armored}"),
        armored.replace("BEGIN PGP MESSAGE", "BEGIN PGP PUBLIC KEY BLOCK"),
    ] {
        let opened = RELAY.open(&encrypted(odd.as_bytes()), &[&gpg.person()]);
        assert!(
            matches!(opened, Err(OpenError::Packets | OpenError::OpenPgp(_))),
            "{odd}"
        );
    }
    // White space, headers, and a transfer encoding are nothing.
    let commented = armored.replacen("\n\n", "\nComment: x\n\n", 1);
    RELAY.opens(&encrypted(format!("\n\n{commented}\n\n").as_bytes()), &gpg.person());
    let whole = text(&encrypted(armored.as_bytes()));
    let quoted = whole.replace(
        "Content-Disposition: inline",
        "Content-Transfer-Encoding: quoted-printable\r\nContent-Disposition: inline",
    );
    let (head, tail) = quoted.split_once("-----BEGIN").unwrap();
    let quoted = format!("{head}-----BEGIN{}", tail.replace('=', "=3D"));
    RELAY.opens(quoted.as_bytes(), &gpg.person());
}

#[test]
fn what_is_neither_encrypted_nor_signed_is_what_it_is() {
    let message = format!("From: Ann <ann@mailbox.example>\r\nMIME-Version: 1.0\r\n{ANSWER}");
    assert!(!is_openpgp(message.as_bytes()));
    let opened = RELAY.open(message.as_bytes(), &[]).unwrap();
    assert_eq!((opened.encryption, opened.signature), (None, None));
    assert_eq!(*opened.entity, format!("MIME-Version: 1.0\r\n{ANSWER}").as_bytes());
}

#[test]
fn a_signature_is_openpgp_by_its_part() {
    let gpg = Gpg::new("ed25519", "");
    let message = text(&signed(ANSWER, &gpg.detached("", ANSWER.as_bytes())));
    assert!(is_openpgp(message.as_bytes()));
    assert!(!is_openpgp(
        message
            .replace("application/pgp-signature; name", "application/pkcs7-signature; name")
            .as_bytes()
    ));
    // The person's key cannot be encrypted to, and is none; but nobody's signature is no failure.
    assert_eq!(RELAY.open(message.as_bytes(), &[]).unwrap().signature, None);
    let broken = message.replace("-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP SIGNATURES-----");
    assert_eq!(RELAY.open(broken.as_bytes(), &[]).unwrap().signature, None);
}
