//! A person with an S/MIME chain and one contact, and the person's mail client.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use app::{
    address::EmailAddress,
    pki::{
        certificate::Certificate,
        chain::Chain,
        contact,
        issuance::{browser, browser::Issued, server as issuer},
        key::{ContactKey, IntermediateKey},
        name::Subject,
        pkcs12::Form,
        validity::Expiration,
    },
    profile::Hidden,
};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use server::{
    mail::rewritten::Rewritten,
    rewrite::{Facts, People, rewrite},
    seal::AwsLc,
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

const PASSPHRASE: &str = "correct horse battery";
const RELAY_ADDRESS: &str = "r-0123456789abcdef@relay.example";

/// The person that is sealed for, and whose answers are opened.
pub struct Person {
    pub chain: Chain,
    pub intermediate: IntermediateKey,
    pub certificate: Certificate,
    pub key: Zeroizing<Vec<u8>>,
    pub now: OffsetDateTime,
    issued: Issued,
}

impl Person {
    /// Issues everything, browser and server.
    pub fn new() -> Self {
        let (now, rng) = (OffsetDateTime::now_utc(), &mut UnwrapErr(SysRng));
        let subject = Subject {
            mailbox: "ann@mailbox.example".parse().unwrap(),
            relay_domain: "relay.example".into(),
        };
        let (requested, request) = browser::start(subject.clone(), Expiration::SUGGESTED, rng).unwrap();
        let (pending, answer) = issuer::answer(&subject, &request, now, &AwsLc, rng).unwrap();
        let (issued, completion) = requested.finish(&answer, now, rng).unwrap();
        let (chain, intermediate) = pending.accept(&subject, &completion).unwrap();
        let key = ContactKey::generate(rng).unwrap();
        Self {
            certificate: contact::issue(&chain, &intermediate, &key, &address(), now, rng).unwrap(),
            key: key.to_pkcs8().unwrap(),
            chain,
            intermediate,
            now,
            issued,
        }
    }

    /// The message as the person gets it, before it is sealed.
    pub fn rewrite(&self, received: &[u8], pgp: bool) -> Rewritten {
        let facts = Facts {
            relay_address: &address(),
            loop_mark: "c0ffee",
            mailbox: &"ann@mailbox.example".parse().unwrap(),
            sender: &"bob@example.org".parse().unwrap(),
            people: &People::default(),
            alias: &"amber@relay.example".parse().unwrap(),
            now: self.now,
            signed_with_time: pgp,
            seen: None,
            hidden: Hidden::default(),
            unsubscribe: None,
            message_id: &|_| "1@relay.example".into(),
        };
        rewrite(received, &facts)
    }

    /// An answer as OpenSSL signs it with the person's key and encrypts it to the contact.
    pub fn answer(&self, entity: &[u8]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let exported = self
            .issued
            .export(&PASSPHRASE.to_owned().into(), Form::Modern, &mut UnwrapErr(SysRng))
            .unwrap();
        let password = format!("pass:{PASSPHRASE}");
        let device = openssl(&["pkcs12", "-nodes", "-passin", &password], &exported);
        fs::write(at("device.pem"), device).unwrap();
        fs::write(at("contact.pem"), self.certificate.pem()).unwrap();
        let signed = openssl(&["cms", "-sign", "-signer", &at("device.pem")], entity);
        let encrypted = openssl(&["cms", "-encrypt", "-aes-256-cbc", &at("contact.pem")], &signed);
        let encrypted = String::from_utf8(encrypted).unwrap().replace('\n', "\r\n");
        format!("From: Ann <ann@mailbox.example>\r\nTo: {RELAY_ADDRESS}\r\n{encrypted}").into_bytes()
    }
}

/// The contact's address at the relay.
pub fn address() -> EmailAddress {
    RELAY_ADDRESS.parse().unwrap()
}

fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input).unwrap());
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "openssl {arguments:?}");
    output.stdout
}
