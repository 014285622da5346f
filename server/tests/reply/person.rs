//! The person's client: OpenSSL, given the exported file and the messages that arrived.

use std::{fs, process::Command};

use base64::{Engine, engine::general_purpose::STANDARD};
use server::mail::message::Message;
use tempfile::TempDir;
use test_support::program::must;

use crate::{
    reply::wire,
    support::home::{Home, PASSPHRASE},
};

/// A device of the person's.
pub struct Person {
    folder: TempDir,
}

/// A sealed message, opened.
pub struct Letter {
    /// The address to answer to.
    pub relay_address: String,
    /// As the client sees it.
    pub message_id: String,
    /// In-Reply-To as the client sees it.
    pub in_reply_to: String,
    /// File of the certificate to encrypt to, taken out of the signature.
    pub certificate: String,
    /// The multipart/signed within.
    pub signed: Vec<u8>,
}

impl Person {
    /// Sets a device up with the exported file.
    pub fn new(home: &Home) -> Self {
        let person = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        person.put("user.p12", &home.export());
        // All at once: to read the file takes OpenSSL long, as it is meant to. Key, user certificate, and those above follow in this order.
        let read = format!(
            "pkcs12 -in user.p12 -nodes -passin pass:{}",
            PASSPHRASE.replace(' ', "\u{1}")
        );
        let all = text(person.openssl(&read, b""));
        let parts: Vec<_> = all.split_inclusive("-----\n").collect();
        let blocks: Vec<_> = parts
            .chunks_exact(2)
            .map(|block| block.concat()[block[0].rfind("-----BEGIN").unwrap()..].to_owned())
            .collect();
        let is_key = |block: &&String| block.contains("PRIVATE KEY");
        let (keys, certificates): (Vec<_>, Vec<_>) = blocks.iter().partition(is_key);
        let (user, above) = certificates.split_first().unwrap();
        person.put("user.key", keys[0].as_bytes());
        person.put("user.pem", user.as_bytes());
        person.put(
            "above.pem",
            above.iter().map(|block| block.as_str()).collect::<String>().as_bytes(),
        );
        person
    }

    pub fn put(&self, name: &str, content: &[u8]) -> String {
        fs::write(self.folder.path().join(name), content).unwrap();
        name.to_owned()
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join(name)).unwrap()
    }

    /// Runs OpenSSL in the folder; U+0001 stands for a space within an argument.
    pub fn openssl(&self, arguments: &str, input: &[u8]) -> Vec<u8> {
        self.run("openssl", &words(arguments), input)
    }

    /// Runs a program in the folder; fails with what it said.
    pub fn run(&self, program: &str, arguments: &[String], input: &[u8]) -> Vec<u8> {
        must(
            Command::new(program).args(arguments).current_dir(self.folder.path()),
            input,
        )
    }

    /// Opens a sealed message, and keeps the certificate that it was signed with.
    pub fn open(&self, mail: &[u8]) -> Letter {
        let signed = self.openssl("cms -decrypt -recip user.pem -inkey user.key", mail);
        let message = Message::parse(mail);
        let field = |name| {
            let value = message.first(name).map_or(&b""[..], |field| field.raw_value());
            String::from_utf8(value.to_vec()).unwrap().trim().to_owned()
        };
        let from = field("From");
        let relay_address = from[from.rfind('<').unwrap() + 1..].trim_end_matches('>').to_owned();
        let certificate = format!("{relay_address}.pem");
        self.openssl(
            &format!("cms -verify -CAfile above.pem -purpose smimesign -signer {certificate}"),
            &signed,
        );
        Letter {
            relay_address,
            message_id: field("Message-ID"),
            in_reply_to: field("In-Reply-To"),
            certificate,
            signed,
        }
    }

    /// Signs an entity; gives an entity.
    pub fn sign(&self, options: &str, entity: &str) -> String {
        let arguments = format!("cms -sign -signer user.pem -inkey user.key -certfile above.pem {options}");
        wire::lines(&text(self.openssl(&arguments, entity.as_bytes())))
    }

    /// Encrypts an entity to certificates; gives an entity.
    pub fn encrypt(&self, options: &str, certificates: &str, entity: &str) -> String {
        // Options of a key need a recipient before them.
        let (first, rest) = certificates.split_once(' ').unwrap_or((certificates, ""));
        let arguments = format!("cms -encrypt -recip {first} {options} {rest}");
        wire::lines(&text(self.openssl(&arguments, entity.as_bytes())))
    }

    /// What must not be found outside: the user certificate in pieces, its number, its key's identifier.
    pub fn needles(&self) -> Vec<Vec<u8>> {
        let der = self.openssl("x509 -in user.pem -outform DER", b"");
        let said = text(self.openssl("x509 -in user.pem -noout -serial -ext subjectKeyIdentifier", b""));
        let octets = |digits: &str| hex::decode(digits.replace(':', "").trim()).unwrap();
        let serial = said.lines().find_map(|line| line.strip_prefix("serial=")).unwrap();
        let mut needles = vec![octets(serial), octets(said.lines().last().unwrap())];
        needles.extend(der.chunks(48).filter(|piece| piece.len() == 48).map(Vec::from));
        needles.extend(wire::TELLTALES.iter().map(|text| text.as_bytes().to_vec()));
        needles
    }
}

/// The octets of an entity's base64 body.
pub fn body(entity: &str) -> Vec<u8> {
    let (_, body) = entity.split_once("\r\n\r\n").unwrap();
    STANDARD.decode(body.replace("\r\n", "")).unwrap()
}

pub fn words(arguments: &str) -> Vec<String> {
    let words = arguments.split(' ').filter(|word| !word.is_empty());
    words.map(|word| word.replace('\u{1}', " ")).collect()
}

fn text(octets: Vec<u8>) -> String {
    String::from_utf8(octets).unwrap()
}
