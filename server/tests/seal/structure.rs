//! The structures, as OpenSSL prints them.

use std::process::Command;

use app::profile::Cipher;
use getrandom::SysRng;
use rand_core::UnwrapErr;
use test_support::program::must;
use time::{Duration, format_description::well_known::Rfc2822};
use zeroize::Zeroizing;

use crate::seal::{
    clients::{Gpgsm, Nss, OpenSsl, ciphertext, openssl, split},
    person::PERSON,
};

const PLAIN: &[u8] = b"From: Bob <bob@example.org>\r\nSubject: s\r\n\r\ntext\r\n";

fn print(der: &[u8]) -> String {
    let arguments = ["cms", "-cmsout", "-print", "-noout", "-inform", "DER"];
    String::from_utf8(must(Command::new("openssl").args(arguments), der)).unwrap()
}

/// Whether all of `texts` stand in `text`, in this order.
#[track_caller]
fn in_order(text: &str, texts: &[&str]) {
    let mut rest = text;
    for each in texts {
        let at = rest
            .find(each)
            .unwrap_or_else(|| panic!("{each:?} is not there, or not in order, in {text}"));
        rest = &rest[at + each.len()..];
    }
}

#[test]
fn the_envelope_has_the_one_recipient_and_algorithms() {
    let der = ciphertext(&PERSON.seal(&PERSON.rewrite(PLAIN)));
    let printed = print(&der);
    in_order(
        &printed,
        &[
            "pkcs7-envelopedData",
            "version: 0",
            "originatorInfo: <ABSENT>",
            "d.ktri:",
            "version: 0",
            "issuerAndSerialNumber",
            "rsaEncryption",
            "contentType: pkcs7-data",
            "aes-256-cbc",
            "unprotectedAttrs:",
            "<ABSENT>",
        ],
    );
    assert_eq!(printed.matches("ktri").count(), 1);
    assert_eq!(
        openssl(&["cms", "-cmsout", "-inform", "DER", "-outform", "DER"], &der),
        der
    );
}

#[test]
fn the_signature_has_chain_and_attributes() {
    let signed = OpenSsl::new(&PERSON).decrypt(&PERSON.seal(&PERSON.rewrite(PLAIN)));
    let (_, der) = split(&signed);
    let printed = print(&der);
    in_order(
        &printed,
        &[
            "pkcs7-signedData",
            "version: 1",
            "sha256",
            "eContentType: pkcs7-data",
            "eContent: <ABSENT>",
            "certificates:",
            "crls:",
            "<ABSENT>",
            "signerInfos:",
            "version: 1",
            "issuerAndSerialNumber",
            "sha256",
            "signedAttrs:",
            "rsaEncryption",
            "unsignedAttrs:",
            "<ABSENT>",
        ],
    );
    let attributes = printed.split_once("signedAttrs:").unwrap().1;
    for attribute in [
        "contentType (1.2",
        "messageDigest (1.2",
        "signingTime (1.2",
        "S/MIME Capabilities (1.2",
    ] {
        assert_eq!(attributes.matches(attribute).count(), 1, "{attribute} in {attributes}");
    }
    let capabilities = attributes.split_once("S/MIME Capabilities (1.2").unwrap().1;
    in_order(capabilities, &["aes-256-cbc", "aes-128-cbc"]);
    assert_eq!(printed.matches("d.certificate:").count(), 3);
    // OpenSSL writes the elements of a set in DER's order.
    assert_eq!(
        openssl(&["cms", "-cmsout", "-inform", "DER", "-outform", "DER"], &der),
        der
    );
}

#[test]
fn certificates_of_others_stand_once_and_in_the_order_of_a_set() {
    let (user, root) = (PERSON.chain.user().der().to_vec(), PERSON.chain.root().der().to_vec());
    let signer = PERSON.signer.clone().beside(&[user.clone(), root, user]).unwrap();
    let entity = b"Content-Type: text/plain\r\n\r\ntext\r\n";
    let rng = &mut UnwrapErr(SysRng);
    let entity = entity.to_vec().into();
    let signed = signer.sign(entity, Cipher::Compatible, Some(PERSON.now), rng).unwrap();
    let (_, der) = split(signed.as_bytes());
    assert_eq!(print(&der).matches("d.certificate:").count(), 4);
    assert_eq!(
        openssl(&["cms", "-cmsout", "-inform", "DER", "-outform", "DER"], &der),
        der
    );
    OpenSsl::new(&PERSON).verify(signed.as_bytes()).unwrap();
    assert!(signer.beside(&[b"no certificate".to_vec()]).is_err());
}

#[test]
fn an_entity_is_signed_within_its_buffer_if_there_is_room() {
    let text = b"Content-Type: text/plain\r\n\r\ntext\r\n";
    for room in [0, 100, 1 << 16] {
        let mut entity = Zeroizing::new(Vec::with_capacity(text.len() + room));
        entity.extend_from_slice(text);
        let (buffer, rng) = (entity.as_ptr(), &mut UnwrapErr(SysRng));
        let signed = PERSON.signer.sign(entity, Cipher::Compatible, None, rng).unwrap();
        let (signed_text, _) = split(signed.as_bytes());
        assert_eq!(signed_text, text, "{room}");
        assert_eq!(signed.as_bytes().as_ptr() == buffer, room == 1 << 16, "{room}");
        OpenSsl::new(&PERSON).verify(signed.as_bytes()).unwrap();
    }
}

/// RFC 8551 §2.5.1 does not ask for the signing time. Thunderbird calls a signature invalid whose time is more than an hour from
/// Date, and takes one without a time for good.
#[test]
fn the_signature_tells_its_time_if_date_agrees_with_it() {
    for (minutes, expected) in [
        (Some(0), 1),
        (Some(-45), 1),
        (Some(45), 1),
        (Some(-55), 0),
        (Some(120), 0),
        (Some(-180), 0),
        (Some(-24 * 60), 0),
        (None, 1),
    ] {
        let date = minutes.map(|minutes| PERSON.now + Duration::minutes(minutes));
        let date = date.map_or("yesterday".to_owned(), |date| date.format(&Rfc2822).unwrap());
        let received = format!("From: Bob <bob@example.org>\r\nDate: {date}\r\n\r\ntext\r\n");
        let sealed = PERSON.seal(&PERSON.rewrite(received.as_bytes()));
        let openssl = OpenSsl::new(&PERSON);
        let signed = openssl.decrypt(&sealed);
        let (_, der) = split(&signed);
        assert_eq!(print(&der).matches("signingTime (1.2").count(), expected, "{minutes:?}");
        openssl.verify(&signed).unwrap();
        if expected == 0 {
            Nss::new(&PERSON).open(&sealed);
            Gpgsm::new(&PERSON).open(&sealed);
        }
    }
}

#[test]
fn the_mime_frame_is_that_of_rfc_8551() {
    let sealed = String::from_utf8(PERSON.seal(&PERSON.rewrite(PLAIN))).unwrap();
    in_order(
        &sealed,
        &[
            "MIME-Version: 1.0\r\n",
            "Content-Type: application/pkcs7-mime; smime-type=enveloped-data;\r\n name=\"smime.p7m\"\r\n",
            "Content-Transfer-Encoding: base64\r\n",
            "Content-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n",
        ],
    );
    let signed = String::from_utf8(OpenSsl::new(&PERSON).decrypt(sealed.as_bytes())).unwrap();
    in_order(
        &signed,
        &[
            "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n\tmicalg=sha-256; boundary=\"=_",
            "\r\n\r\n--=_",
            "\r\nDelivered-To: amber@relay.example\r\nFrom: Bob <bob@example.org>\r\nSubject: s\r\n",
            "Content-Type: text/plain; charset=us-ascii\r\n\r\ntext\r\n\r\n--=_",
            "\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n",
            "Content-Transfer-Encoding: base64\r\n",
            "Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n",
            "\r\n--=_",
            "--\r\n",
        ],
    );
}
