//! Originals that are signed in the opaque form, taken apart: the sender's signature holds as before, and OpenSSL judges.

use std::process::Command;

use server::mail::message::Message;
use tempfile::TempDir;
use test_support::program::must;

use crate::seal::{
    clients::{OpenSsl, openssl, run},
    corpus::message,
    person::PERSON,
};

/// Somebody who signs with OpenSSL.
struct Sender(TempDir);

impl Sender {
    fn new() -> Self {
        let sender = Self(tempfile::tempdir().unwrap());
        let (key, certificate) = (sender.at("key.pem"), sender.at("certificate.pem"));
        let arguments = [
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=Carol",
            "-days",
            "2",
        ];
        let mail = ["-addext", "subjectAltName=email:carol@example.org"];
        let mut command = Command::new("openssl");
        command
            .args(arguments)
            .args(mail)
            .args(["-keyout", &key, "-out", &certificate]);
        must(&mut command, b"");
        sender
    }

    fn at(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// A message with an opaque signature over an entity, as DER, BER with indefinite lengths, or another form.
    fn sign(&self, entity: &str, more: &[&str]) -> Vec<u8> {
        let (key, certificate) = (self.at("key.pem"), self.at("certificate.pem"));
        let mut arguments = vec!["cms", "-sign", "-nodetach", "-binary", "-outform", "DER"];
        arguments.extend(["-signer", &certificate, "-inkey", &key]);
        arguments.extend(more);
        let der = openssl(&arguments, entity.as_bytes());
        let mut message = b"From: Carol <carol@example.org>\r\nSubject: Opaque\r\nMIME-Version: 1.0\r\n\
            Content-Disposition: attachment; filename=\"smime.p7m\"\r\n\
            Content-Type: application/pkcs7-mime; smime-type=signed-data; name=\"smime.p7m\"\r\n\
            Content-Transfer-Encoding: base64\r\n\r\n"
            .to_vec();
        server::mail::mime::push_base64(&der, &mut message);
        message
    }
}

/// The second layer of signature inside the seal: the part of the multipart around it.
fn original(sealed: &[u8]) -> Vec<u8> {
    let entity = String::from_utf8(OpenSsl::new(&PERSON).open(sealed)).unwrap();
    let start = entity
        .find("\r\nContent-Type: multipart/signed")
        .unwrap_or_else(|| panic!("{entity}"))
        + 2;
    let (_, from) = entity.split_once("multipart/mixed; boundary=\"").unwrap();
    let boundary = &from[..from.find('"').unwrap()];
    let end = entity.rfind(&format!("\r\n--{boundary}--")).unwrap();
    entity.as_bytes()[start..end].to_vec()
}

/// The content that OpenSSL takes out of it, if the signature holds.
fn verified(multipart: &[u8]) -> Result<Vec<u8>, String> {
    let mut command = Command::new("openssl");
    let (worked, content, said) = run(command.args(["cms", "-verify", "-noverify"]), multipart);
    worked.then_some(content).ok_or(said)
}

const TEXT: &str = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
                    I signed this: Gr\u{fc}\u{df}e  \r\n\r\n";

#[test]
fn the_senders_signature_holds_in_every_form() {
    let sender = Sender::new();
    let long = format!(
        "Content-Type: text/plain\r\n\r\n{}",
        "0123456789abcdef\r\n".repeat(200_000)
    );
    for (entity, more, micalg) in [
        (TEXT, &[][..], "sha-256"),
        (TEXT, &["-stream"], "sha-256"),
        (&long, &["-stream"], "sha-256"),
        (TEXT, &["-md", "sha1"], "sha-1"),
        (TEXT, &["-md", "sha512", "-keyopt", "rsa_padding_mode:pss"], "sha-512"),
        (TEXT, &["-noattr"], "sha-256"),
        (TEXT, &["-nocerts", "-keyid"], "sha-256"),
        ("Content-Type: text/plain\r\n\r\nno line end", &[], "sha-256"),
    ] {
        let sealed = PERSON.seal(&PERSON.rewrite(&sender.sign(entity, more)));
        let original = original(&sealed);
        let header = String::from_utf8_lossy(&original[..200]).into_owned();
        assert!(header.contains(&format!("micalg=\"{micalg}\"")), "{header}");
        assert!(!header.contains("smime.p7m") && !header.contains("Disposition: attachment; filename=\"smime.p7m"));
        let content = match more.contains(&"-nocerts") {
            // The one who verifies knows the certificate.
            true => {
                let certificate = sender.at("certificate.pem");
                let mut command = Command::new("openssl");
                let known = ["cms", "-verify", "-noverify", "-nointern", "-certfile", &certificate];
                must(command.args(known), &original)
            }
            false => verified(&original).unwrap_or_else(|said| panic!("{more:?}: {said}")),
        };
        assert!(content == entity.as_bytes(), "{more:?}");
    }
}

#[test]
fn the_message_of_the_corpus_is_taken_apart() {
    let received = message("smime-signed-opaque");
    let original = original(&PERSON.seal(&PERSON.rewrite(&received)));
    let content = verified(&original).unwrap();
    assert_eq!(content, b"Content-Type: text/plain\r\n\r\nSigned by the sender.\r\n");
    // A change is still noticed.
    let changed = String::from_utf8(original)
        .unwrap()
        .replace("by the sender", "by a stranger");
    assert!(verified(changed.as_bytes()).is_err());
}

#[test]
fn what_might_not_hold_any_more_stays_as_it_is() {
    let sender = Sender::new();
    let opaque = |entity: &str| sender.sign(entity, &[]);
    let detached = |entity: &str| {
        let text = String::from_utf8(opaque(entity)).unwrap();
        let file = text.replace("pkcs7-mime; smime-type=signed-data", "pdf");
        file.replace("smime.p7m", "report.pdf").into_bytes()
    };
    let broken = String::from_utf8(opaque(TEXT))
        .unwrap()
        .replace("base64\r\n\r\nMI", "base64\r\n\r\nMJ");
    for received in [
        // Line ends that clients would change before they hash.
        opaque("Content-Type: text/plain\n\ntext\n"),
        opaque("Content-Type: application/octet-stream\r\n\r\n\0\r\n"),
        // A file, not mail.
        opaque("just text\r\n"),
        opaque("%PDF-1.7\r\n"),
        detached(TEXT),
        // By its type no mail either, whatever it looks like.
        sender.sign(TEXT, &["-econtent_type", "1.2.3.4"]),
        broken.into_bytes(),
        message("smime-encrypted-as-octets"),
    ] {
        let inner = PERSON.rewrite(&received).inner;
        let body = Message::parse(&received).body();
        assert!(
            memchr::memmem::find(&inner, body).is_some(),
            "{}",
            received.escape_ascii()
        );
    }
}
