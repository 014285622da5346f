//! Sequoia's command line.

use std::{fs, process::Command};

use sequoia_openpgp::{Cert, parse::Parse, serialize::SerializeInto};
use server::seal::pgp::PersonKey;
use tempfile::TempDir;
use test_support::program::{must, run};

use crate::pgp::relay::{ANSWER, RELAY, armored, encrypted, now};

/// A person with sq, and files.
struct Sq(TempDir);

impl Sq {
    fn new(cipher_suite: &str) -> Self {
        let sq = Self(tempfile::tempdir().unwrap());
        // Later versions have another name for the file.
        let made = ["--export", "--output"].into_iter().any(|file| {
            let arguments = format!("key generate {file} key.pgp --cipher-suite {cipher_suite} --userid Ann");
            let mut command = sq.command();
            command.args(arguments.split_whitespace());
            run(&mut command, b"").status.success()
        });
        assert!(made, "sq made no key");
        let key = Cert::from_bytes(&fs::read(sq.0.path().join("key.pgp")).unwrap()).unwrap();
        fs::write(sq.0.path().join("public.pgp"), key.to_vec().unwrap()).unwrap();
        let contact = RELAY.contact.public_bytes().unwrap();
        fs::write(sq.0.path().join("contact.pgp"), contact).unwrap();
        sq
    }

    fn command(&self) -> Command {
        let mut command = Command::new("sq");
        command.current_dir(self.0.path());
        command
    }

    /// Runs sq; fails with what it said. The options that name files of keys had other names in earlier versions.
    #[track_caller]
    fn sq(&self, arguments: &str, input: &[u8]) -> Vec<u8> {
        let help = must(self.command().args(["encrypt", "--help"]), b"");
        let arguments = if memchr::memmem::find(&help, b"--recipient-cert").is_some() {
            let old = [
                ("decrypt --recipient-file", "decrypt --recipient-key"),
                ("--signer-file contact.pgp", "--signer-cert contact.pgp"),
                ("--recipient-file", "--recipient-cert"),
                ("--signer-file key.pgp", "--signer-key key.pgp"),
            ];
            old.into_iter()
                .fold(arguments.to_owned(), |all, (new, old)| all.replace(new, old))
        } else {
            arguments.to_owned()
        };
        must(self.command().args(arguments.split_whitespace()), input)
    }

    fn person(&self) -> PersonKey {
        PersonKey::read(&fs::read(self.0.path().join("public.pgp")).unwrap(), now()).unwrap()
    }
}

#[test]
fn sq_reads_what_was_sealed_and_what_it_answers_is_opened() {
    for (suite, algorithm) in [("rsa3k", "RSA-3072"), ("cv25519", "Ed25519 / X25519")] {
        let sq = Sq::new(suite);
        let person = sq.person();
        assert_eq!(person.algorithm(), algorithm);
        let sealed = RELAY.seal(b"From: Bob <bob@example.org>\r\nSubject: s\r\n\r\ntext\r\n", &person);
        // One signature by the contact is asked for; without it sq fails.
        let decrypt = "decrypt --recipient-file key.pgp --signer-file contact.pgp --signatures 1";
        let plaintext = String::from_utf8(sq.sq(decrypt, armored(&sealed).as_bytes())).unwrap();
        assert!(plaintext.contains("\r\n\r\ntext\r\n"), "{plaintext}");

        let answer = sq.sq(
            "encrypt --recipient-file contact.pgp --signer-file key.pgp",
            ANSWER.as_bytes(),
        );
        RELAY.opens(&encrypted(&answer), &person);
        let compressed = sq.sq(
            "encrypt --compression zlib --recipient-file contact.pgp --recipient-file public.pgp --signer-file key.pgp",
            ANSWER.as_bytes(),
        );
        RELAY.opens(&encrypted(&compressed), &person);
    }
}
