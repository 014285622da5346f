//! The programs that write: each has a person's key, and the contacts' certificates.

use std::{fs, os::unix::fs::PermissionsExt, process::Command, sync::LazyLock};

use base64::{Engine, engine::general_purpose::STANDARD};
use tempfile::TempDir;
use test_support::program::must;

use crate::open::home::{HOME, Home, STRANGER};

const PASSPHRASE: &str = "passphrase";

/// The person's mail client, with OpenSSL.
pub static CLIENT: LazyLock<Client> = LazyLock::new(|| Client::new(&HOME));

/// Somebody else's.
pub static STRANGERS: LazyLock<Client> = LazyLock::new(|| Client::new(&STRANGER));

/// A folder with a person's key and certificates.
pub struct Client(TempDir);

impl Client {
    pub fn new(home: &Home) -> Self {
        let client = Self(tempfile::tempdir().unwrap());
        fs::set_permissions(client.0.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let chain = &home.chain;
        client.put("root.pem", chain.root().pem().as_bytes());
        client.put("between.pem", chain.intermediate().pem().as_bytes());
        let above = [chain.intermediate().pem(), chain.root().pem()].concat();
        client.put("above.pem", above.as_bytes());
        client.put("user.pem", chain.user().pem().as_bytes());
        client.put("contact.pem", home.contact.certificate.pem().as_bytes());
        client.put("other.pem", home.other_contact.certificate.pem().as_bytes());
        let key = must(Command::new("openssl").args(["pkey", "-inform", "DER"]), &home.user_key);
        client.put("user.key", &key);
        client
    }

    /// The path of a file in the folder.
    pub fn at(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    pub fn put(&self, name: &str, content: &[u8]) -> String {
        fs::write(self.0.path().join(name), content).unwrap();
        self.at(name)
    }

    /// OpenSSL's `cms`, run in the folder, so that arguments name files of it.
    pub fn openssl(&self, arguments: &str, input: &[u8]) -> Vec<u8> {
        let mut command = Command::new("openssl");
        command.arg("cms").args(arguments.split_whitespace());
        must(command.current_dir(self.0.path()), input)
    }

    /// Signs an entity; gives an entity.
    pub fn sign(&self, options: &str, entity: &[u8]) -> Vec<u8> {
        self.openssl(
            &format!("-sign -signer user.pem -inkey user.key -certfile above.pem {options}"),
            entity,
        )
    }

    /// Encrypts an entity to the contact; gives a message.
    pub fn encrypt(&self, options: &str, entity: &[u8]) -> Vec<u8> {
        mailed(&self.openssl(&format!("-encrypt -recip contact.pem {options}"), entity))
    }

    /// The key with its certificates, in the form that NSS and gpgsm both read.
    pub fn pkcs12(&self) -> String {
        let arguments = format!(
            "pkcs12 -export -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -inkey user.key -in user.pem \
             -certfile above.pem -name user -passout pass:{PASSPHRASE}"
        );
        let mut command = Command::new("openssl");
        command.args(arguments.split_whitespace()).current_dir(self.0.path());
        self.put("user.p12", &must(&mut command, b""))
    }

    /// A program in the folder.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.current_dir(self.0.path());
        command
    }
}

/// As it comes over SMTP: with an envelope's fields and lines ended by CRLF.
pub fn mailed(entity: &[u8]) -> Vec<u8> {
    let mut message = b"From: Ann <ann@mailbox.example>\r\nTo: r-0123456789abcdef@relay.example\r\n".to_vec();
    for line in entity.split_inclusive(|octet| *octet == b'\n') {
        match line {
            [text @ .., b'\r', b'\n'] | [text @ .., b'\n'] => {
                message.extend_from_slice(text);
                message.extend_from_slice(b"\r\n");
            }
            rest => message.extend_from_slice(rest),
        }
    }
    message
}

/// A message whose body is a CMS object, in base64.
pub fn cms_message(content_type: &str, object: &[u8]) -> Vec<u8> {
    let text = STANDARD.encode(object);
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    mailed(
        format!(
            "MIME-Version: 1.0\r\nContent-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            lines.join("\r\n")
        )
        .as_bytes(),
    )
}

/// The octets of a message's base64 body.
pub fn body(message: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(message).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    STANDARD.decode(body.replace("\r\n", "")).unwrap()
}
