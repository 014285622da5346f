//! The relay's side: a trust key, two contacts' keys, sealing and opening with them.

use std::sync::LazyLock;

use getrandom::SysRng;
use rand_core::UnwrapErr;
use server::{
    mail::rewritten::Rewritten,
    rewrite::{Facts, People, rewrite},
    seal::{
        open::{Encryption, OpenError, Opened},
        pgp::{self, ContactKey, PersonKey, TrustKey},
    },
};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

pub struct Relay {
    pub trust: TrustKey,
    pub contact: ContactKey,
    pub other_contact: ContactKey,
}

/// Made once for all tests of this program.
pub static RELAY: LazyLock<Relay> = LazyLock::new(Relay::new);

pub const RELAY_ADDRESS: &str = "r-0123456789abcdef@relay.example";

/// The answer that the tests send: a MIME entity.
pub const ANSWER: &str = "Content-Type: text/plain; charset=utf-8\r\n\r\nThe treasure is under the old oak.\r\n";

pub fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

impl Relay {
    fn new() -> Self {
        let trust = TrustKey::generate("relay.example", &"ann@mailbox.example".parse().unwrap(), now()).unwrap();
        let contact = |address: &str| ContactKey::generate(&address.parse().unwrap(), &trust, now()).unwrap();
        Self {
            contact: contact(RELAY_ADDRESS),
            other_contact: contact("r-fedcba9876543210@relay.example"),
            trust,
        }
    }

    pub fn rewrite(received: &[u8]) -> Rewritten {
        let facts = Facts {
            relay_address: &RELAY_ADDRESS.parse().unwrap(),
            loop_mark: "c0ffee",
            mailbox: &"ann@mailbox.example".parse().unwrap(),
            sender: &"bob@example.org".parse().unwrap(),
            people: &People::default(),
            alias: &"amber@relay.example".parse().unwrap(),
            now: now(),
            signed_with_time: true,
            seen: None,
            hidden: Default::default(),
            unsubscribe: None,
            message_id: &|id| format!("{}@relay.example", hex::encode(Sha256::digest(id))),
        };
        rewrite(received, &facts)
    }

    pub fn seal(&self, received: &[u8], person: &PersonKey) -> String {
        let rewritten = Self::rewrite(received);
        let sealed = pgp::seal(rewritten, (&self.contact, &[]), person, now(), &mut UnwrapErr(SysRng)).unwrap();
        String::from_utf8(sealed.into_bytes()).unwrap()
    }

    pub fn open(&self, message: &[u8], signers: &[&PersonKey]) -> Result<Opened, OpenError> {
        pgp::open(message, &[&self.other_contact, &self.contact], signers, now())
    }

    /// The answer, encrypted and signed by the person.
    #[track_caller]
    pub fn opens(&self, message: &[u8], person: &PersonKey) {
        let opened = self.open(message, &[person]).unwrap();
        assert_eq!(String::from_utf8_lossy(&opened.entity), ANSWER);
        assert_eq!(opened.encryption, Some(Encryption::Authenticated));
        let signature = opened.signature.expect("a signature");
        assert_eq!(hex::encode_upper(signature.signer), person.fingerprint());
        assert!((now() - signature.signing_time.unwrap()).abs().whole_minutes() < 10);
    }
}

/// A message as it comes over SMTP, whose body is an OpenPGP message.
pub fn encrypted(armored: &[u8]) -> Vec<u8> {
    let armored = String::from_utf8(armored.to_vec()).unwrap().replace("\r\n", "\n");
    format!(
        "From: Ann <ann@mailbox.example>\nTo: {RELAY_ADDRESS}\nMIME-Version: 1.0\n\
         Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\";\n boundary=\"b1\"\n\n\
         This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)\n--b1\n\
         Content-Type: application/pgp-encrypted\nContent-Description: PGP/MIME version identification\n\n\
         Version: 1\n\n--b1\n\
         Content-Type: application/octet-stream; name=\"encrypted.asc\"\n\
         Content-Disposition: inline; filename=\"encrypted.asc\"\n\n{armored}\n--b1--\n"
    )
    .replace('\n', "\r\n")
    .into_bytes()
}

/// The same with the octets as they are.
pub fn encrypted_binary(octets: &[u8]) -> Vec<u8> {
    let head = "From: Ann <ann@mailbox.example>\r\n\
         Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=\"b1\"\r\n\r\n\
         --b1\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b1\r\n\
         Content-Type: application/octet-stream\r\n\r\n";
    [head.as_bytes(), octets, b"\r\n--b1--\r\n"].concat()
}

/// An entity that is signed with a detached signature (RFC 3156 §5).
pub fn signed(entity: &str, signature: &[u8]) -> Vec<u8> {
    let signature = String::from_utf8(signature.to_vec()).unwrap();
    let signature = signature.trim_end().replace("\r\n", "\n").replace('\n', "\r\n");
    format!(
        "Content-Type: multipart/signed; micalg=pgp-sha512;\r\n protocol=\"application/pgp-signature\"; boundary=\"s1\"\r\n\
         \r\n--s1\r\n{entity}\r\n--s1\r\n\
         Content-Type: application/pgp-signature; name=\"signature.asc\"\r\n\r\n{signature}\r\n\r\n--s1--\r\n"
    )
    .into_bytes()
}

/// The armored message inside a sealed one.
pub fn armored(sealed: &str) -> &str {
    let start = sealed.find("-----BEGIN PGP MESSAGE-----").unwrap();
    let end = sealed.find("-----END PGP MESSAGE-----").unwrap();
    &sealed[start..end + "-----END PGP MESSAGE-----\r\n".len()]
}

/// The value of the Autocrypt field's keydata, decoded.
pub fn autocrypt(sealed: &str) -> Vec<u8> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let (header, _) = sealed.split_once("\r\n\r\n").unwrap();
    let unfolded = header.replace("\r\n ", " ").replace("\r\n\t", " ");
    let field = unfolded
        .split("\r\n")
        .find(|line| line.starts_with("Autocrypt: "))
        .unwrap();
    assert!(
        field.starts_with(&format!(
            "Autocrypt: addr={RELAY_ADDRESS}; prefer-encrypt=mutual; keydata="
        )),
        "{field}"
    );
    let (_, data) = field.split_once("keydata=").unwrap();
    STANDARD.decode(data.replace(' ', "")).unwrap()
}
