//! GnuPG with a home of its own.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use server::seal::pgp::PersonKey;
use tempfile::TempDir;
use test_support::program::must;

use crate::pgp::relay::{RELAY, now};

/// A person with GnuPG.
pub struct Gpg {
    home: TempDir,
    /// The fingerprint of the first key that was made here.
    pub fingerprint: String,
}

/// Key kinds that people have: name, for the primary key, for the subkey, and what we call it.
pub const KINDS: [(&str, &str, &str); 3] = [
    ("rsa3072", "rsa3072", "RSA-3072"),
    ("ed25519", "cv25519", "Ed25519 / X25519"),
    ("nistp256", "nistp256", "NIST P-256"),
];

impl Gpg {
    pub fn empty() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
        Self {
            home,
            fingerprint: String::new(),
        }
    }

    /// With a key for signing and a subkey for encryption, where one is wanted; for ever.
    pub fn new(primary: &str, subkey: &str) -> Self {
        Self::with(&[], primary, subkey, "never")
    }

    pub fn with(options: &[&str], primary: &str, subkey: &str, until: &str) -> Self {
        let mut gpg = Self::empty();
        let make = [
            "--quick-gen-key",
            "Ann <ann@mailbox.example>",
            primary,
            "cert,sign",
            until,
        ];
        gpg.gpg(&[options, &make].concat(), b"");
        let listed = String::from_utf8(gpg.gpg(&["--list-keys", "--with-colons"], b"")).unwrap();
        let line = listed.lines().find(|line| line.starts_with("fpr:")).unwrap();
        gpg.fingerprint = line.split(':').nth(9).unwrap().to_owned();
        if !subkey.is_empty() {
            let add = ["--quick-add-key", &gpg.fingerprint, subkey, "encr", until];
            gpg.gpg(&[options, &add].concat(), b"");
        }
        gpg
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new("gpg");
        command.env("GNUPGHOME", self.home.path()).env("LC_ALL", "C").args([
            "--batch",
            "--no-tty",
            "--quiet",
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            "",
        ]);
        command
    }

    /// Runs gpg in its home; fails with what it said.
    #[track_caller]
    pub fn gpg(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        must(self.command().args(arguments), input)
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.home.path().join(name)).unwrap()
    }

    pub fn public(&self) -> Vec<u8> {
        self.gpg(&["--armor", "--export", &self.fingerprint], b"")
    }

    pub fn person(&self) -> PersonKey {
        PersonKey::read(&self.public(), now()).unwrap()
    }

    pub fn import(&self, key: &[u8]) {
        self.gpg(&["--import"], key);
    }

    /// Knows the contacts, as after their first messages.
    pub fn with_contacts(self) -> Self {
        self.import(&RELAY.contact.public_bytes().unwrap());
        self.import(&RELAY.other_contact.public_bytes().unwrap());
        self
    }

    /// Decrypts; gives the plaintext and the status lines.
    pub fn decrypt(&self, message: &[u8]) -> (Vec<u8>, String) {
        let status = self.home.path().join("status");
        let mut command = self.command();
        command.arg("--status-file").arg(&status).arg("--decrypt");
        let plaintext = must(&mut command, message);
        // Notations are not always text.
        let status = String::from_utf8_lossy(&fs::read(status).unwrap()).into_owned();
        (plaintext, status)
    }

    /// Encrypts to the contact, armored, with more options.
    #[track_caller]
    pub fn encrypt(&self, options: &str, entity: &[u8]) -> Vec<u8> {
        let contact = RELAY.contact.fingerprint();
        let fixed = [
            "--armor",
            "--trust-model",
            "always",
            "--recipient",
            &contact,
            "--encrypt",
        ];
        let options = options.split_whitespace().collect::<Vec<_>>();
        self.gpg(&[&options[..], &fixed].concat(), entity)
    }

    /// Edits the key with commands, a line each.
    pub fn gpg_edit(&self, commands: &str) {
        let mut command = self.command();
        command.args(["--command-fd", "0", "--yes", "--edit-key", &self.fingerprint]);
        must(&mut command, commands.as_bytes());
    }

    #[track_caller]
    pub fn detached(&self, options: &str, content: &[u8]) -> Vec<u8> {
        let options = options.split_whitespace().collect::<Vec<_>>();
        self.gpg(&[&options[..], &["--armor", "--detach-sign"]].concat(), content)
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        let mut command = Command::new("gpgconf");
        command
            .arg("--homedir")
            .arg(self.home.path())
            .args(["--kill", "gpg-agent"]);
        drop(command.output());
    }
}
