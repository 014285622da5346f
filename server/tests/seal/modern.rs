//! The modern profile: AuthEnvelopedData with AES-256-GCM and RSA-OAEP, as OpenSSL sees it.

use app::profile::{Cipher, Hidden};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use server::seal::open::{Encryption, OpenError, Recipient, open};

use crate::seal::{
    clients::{OpenSsl, ciphertext, openssl, split},
    person::PERSON,
};

const PLAIN: &[u8] = b"From: Bob <bob@example.org>\r\nSubject: s\r\n\r\nA secret of the body\r\n";

fn sealed(received: &[u8]) -> Vec<u8> {
    PERSON.seal_with(&PERSON.rewrite(received), Cipher::Modern)
}

fn print(der: &[u8]) -> String {
    let arguments = ["cms", "-cmsout", "-print", "-noout", "-inform", "DER"];
    String::from_utf8(openssl(&arguments, der)).unwrap()
}

#[test]
fn openssl_opens_and_verifies_it_small_and_large() {
    let client = OpenSsl::new(&PERSON);
    let large = [PLAIN, "0123456789abcdef0123456789abcdef\r\n".repeat(100_000).as_bytes()].concat();
    for received in [PLAIN, &large[..], b""] {
        let rewritten = PERSON.rewrite(received);
        let entity = client.open(&PERSON.seal_with(&rewritten, Cipher::Modern));
        assert!(entity == *rewritten.inner, "the entity is what was signed");
    }
}

#[test]
fn the_structure_is_that_of_rfc_5083_with_oaep_and_gcm() {
    let message = String::from_utf8(sealed(PLAIN)).unwrap();
    assert!(message.contains("smime-type=authEnveloped-data;"), "{message}");
    let der = ciphertext(message.as_bytes());
    let printed = print(&der);
    for expected in [
        "id-smime-ct-authEnvelopedData",
        "rsaesOaep",
        "aes-256-gcm",
        "pkcs7-data",
        "mgf1",
        "sha256",
    ] {
        assert!(printed.contains(expected), "{expected} in {printed}");
    }
    assert!(
        !printed.contains("rsaEncryption") && !printed.contains("sha1"),
        "{printed}"
    );
    let again = openssl(&["cms", "-cmsout", "-inform", "DER", "-outform", "DER"], &der);
    assert_eq!(again, der, "DER, as OpenSSL would write it");
}

#[test]
fn no_octet_of_it_can_be_changed() {
    let client = OpenSsl::new(&PERSON);
    let message = sealed(PLAIN);
    let (header, _) = String::from_utf8(message.clone())
        .map(|text| {
            let (header, body) = text.split_once("\r\n\r\n").unwrap();
            (header.to_owned(), body.to_owned())
        })
        .unwrap();
    let der = ciphertext(&message);
    let recipient = Recipient {
        certificate: PERSON.chain.user(),
        key: &PERSON.key,
    };
    // Behind the structure's beginning all is ciphertext or tag.
    for at in [der.len() - 1, der.len() - 16, der.len() - 40, der.len() / 2] {
        let mut changed = der.clone();
        changed[at] ^= 1;
        let mut again = format!("{header}\r\n\r\n").into_bytes();
        server::mail::mime::push_base64(&changed, &mut again);
        assert!(client.cannot_decrypt(&again), "{at}");
        let opened = open(&again, &[recipient], &[], &mut UnwrapErr(SysRng));
        assert!(matches!(opened, Err(OpenError::Undecipherable)), "{at}");
    }
}

#[test]
fn our_own_reader_reads_what_it_announces() {
    let recipient = Recipient {
        certificate: PERSON.chain.user(),
        key: &PERSON.key,
    };
    let rewritten = PERSON.rewrite(PLAIN);
    let opened = open(
        &PERSON.seal_with(&rewritten, Cipher::Modern),
        &[recipient],
        &[],
        &mut UnwrapErr(SysRng),
    )
    .unwrap();
    assert_eq!(opened.encryption, Some(Encryption::Authenticated));
    assert!(opened.entity == rewritten.inner);
}

#[test]
fn gcm_is_announced_to_who_reads_it_only() {
    let announced = |cipher| {
        let sealed = PERSON.seal_with(&PERSON.rewrite(PLAIN), cipher);
        let (_, signature) = split(&OpenSsl::new(&PERSON).decrypt(&sealed));
        let printed = print(&signature);
        let capabilities = printed.split_once("S/MIME Capabilities (1.2").unwrap().1.to_owned();
        ["aes-256-gcm", "aes-256-cbc", "aes-128-cbc"].map(|name| capabilities.find(name))
    };
    let [gcm, wide, narrow] = announced(Cipher::Modern);
    assert!(
        gcm < wide && wide < narrow && gcm.is_some(),
        "{gcm:?} {wide:?} {narrow:?}"
    );
    assert_eq!(announced(Cipher::Compatible)[0], None);
}

#[test]
fn what_is_hidden_is_inside_for_openssl_to_read_and_nowhere_outside() {
    let client = OpenSsl::new(&PERSON);
    let received =
        b"From: Robert Tables <bob@example.org>\r\nTo: amber@relay.example\r\nMessage-ID: <m-1@example.org>\r\n\
        Date: Mon, 23 Nov 2026 10:00:00 -0330\r\nSubject: The treasure map\r\n\r\nUnder the oak.\r\n";
    for cipher in [Cipher::Compatible, Cipher::Modern] {
        let hidden = Hidden {
            subject: true,
            sender: true,
        };
        let sealed = PERSON.seal_with(&PERSON.rewrite_hiding(received, hidden), cipher);
        let text = String::from_utf8(sealed.clone()).unwrap();
        let outer = text.split_once("\r\n\r\n").unwrap().0;
        assert!(outer.contains("\r\nSubject: [...]\r\n"), "{outer}");
        for secret in ["Robert", "Tables", "bob@", "treasure", "m-1@", "-0330"] {
            assert!(!outer.contains(secret), "{secret} in {outer}");
        }
        let entity = String::from_utf8(client.open(&sealed)).unwrap();
        assert!(client.signer_addresses().contains("r-0123456789abcdef@relay.example"));
        for told in [
            "\r\nFrom: \"Robert Tables (bob@example.org)\" <r-0123456789abcdef@relay.example>\r\n",
            "\r\nSubject: The treasure map\r\n",
            "\r\nHP-Outer: From: <r-0123456789abcdef@relay.example>\r\n",
            "\r\nHP-Outer: Subject: [...]\r\n",
            "\r\nSealpost-Original-From: Robert Tables <bob@example.org>\r\n",
            "\r\nSealpost-Original-Message-ID: <m-1@example.org>\r\n",
            "hp=\"cipher\"",
            "\r\n\r\nSubject: The treasure map\r\nFrom: Robert Tables (bob@example.org) <r-0123456789abcdef@relay.example>\r\n",
        ] {
            assert!(entity.contains(told), "{told} in {entity}");
        }
    }
}
