//! GnuPG as somebody's mail client, with a home of its own.

use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// A keyring. Its agent ends with it.
pub struct Gnupg {
    folder: TempDir,
}

/// What `gpg` made of a message.
pub struct Deciphered {
    /// The plaintext.
    pub content: Vec<u8>,
    /// The machine-readable lines.
    pub status: String,
}

impl Gnupg {
    /// Without a key.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        Self { folder }
    }

    /// With a key of its own for a user id: `future-default` is Ed25519 and Curve25519.
    pub fn with_key(user_id: &str, algorithm: &str, expires: &str) -> Self {
        let gpg = Self::empty();
        gpg.make_key(user_id, algorithm, expires);
        gpg
    }

    /// Makes one as [`Gnupg::with_key`] does.
    pub fn make_key(&self, user_id: &str, algorithm: &str, expires: &str) {
        match algorithm.ends_with("default") {
            true => self.run(&["--quick-generate-key", user_id, algorithm, "default", expires], b""),
            // Of a named algorithm GnuPG makes the primary key only.
            false => {
                self.run(&["--quick-generate-key", user_id, algorithm, "sign,cert", expires], b"");
                let fingerprint = self.fingerprint(user_id);
                self.run(&["--quick-add-key", &fingerprint, algorithm, "encr", expires], b"")
            }
        };
    }

    /// Makes one with the clock at another time, `YYYYMMDDThhmmss`.
    pub fn make_key_at(&self, user_id: &str, expires: &str, time: &str) {
        let time = format!("{time}!");
        self.run(
            &[
                "--faked-system-time",
                &time,
                "--quick-generate-key",
                user_id,
                "future-default",
                "default",
                expires,
            ],
            b"",
        );
    }

    /// The public key, armored.
    pub fn public_key(&self, user_id: &str) -> String {
        self.text(&["--armor", "--export", user_id], b"")
    }

    /// The secret key, armored.
    pub fn secret_key(&self, user_id: &str) -> String {
        self.text(&["--armor", "--export-secret-keys", user_id], b"")
    }

    /// Of the primary key.
    pub fn fingerprint(&self, user_id: &str) -> String {
        let listed = self.text(&["--with-colons", "--list-keys", user_id], b"");
        let line = listed.lines().find(|line| line.starts_with("fpr:")).unwrap();
        line.split(':').nth(9).unwrap().to_owned()
    }

    /// Revokes a key with the certificate that was made with it; the armor of that file is broken on purpose.
    pub fn revoke(&self, user_id: &str) {
        let fingerprint = self.fingerprint(user_id);
        let file = self.folder.path().join(format!("openpgp-revocs.d/{fingerprint}.rev"));
        let certificate = fs::read_to_string(file).unwrap().replace(":-----BEGIN", "-----BEGIN");
        self.run(&["--import"], certificate.as_bytes());
    }

    /// Imports keys, armored or not.
    pub fn import(&self, key: &[u8]) {
        self.run(&["--import"], key);
    }

    /// Decrypts the OpenPGP message within a mail.
    pub fn open(&self, mail: &[u8]) -> Deciphered {
        let output = self.output(&["--status-fd", "2", "--decrypt"], armored(mail).as_bytes());
        let status = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(status.contains("DECRYPTION_OKAY"), "{status}");
        Deciphered {
            content: output.stdout,
            status,
        }
    }

    /// Signs and encrypts an entity; gives the entity of RFC 3156 §6.2.
    pub fn seal(&self, options: &[&str], recipient: &str, entity: &str) -> String {
        let mut arguments = vec!["--armor", "--trust-model", "always", "--recipient", recipient];
        arguments.extend(options);
        let message = self.text(&arguments, entity.as_bytes());
        encrypted(&message)
    }

    /// A detached signature over an entity; gives the entity of RFC 3156 §5.
    pub fn sign(&self, entity: &str) -> String {
        let signature = self.text(
            &["--armor", "--digest-algo", "SHA256", "--detach-sign"],
            entity.as_bytes(),
        );
        format!(
            "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; micalg=pgp-sha256; \
             boundary=\"sig\"\r\n\r\n--sig\r\n{entity}\r\n--sig\r\nContent-Type: application/pgp-signature; \
             name=\"OpenPGP_signature.asc\"\r\n\r\n{signature}\r\n--sig--\r\n"
        )
    }

    /// Runs `gpg` and reads what it writes as text; fails with what it said.
    pub fn text(&self, arguments: &[&str], input: &[u8]) -> String {
        String::from_utf8(self.run(arguments, input)).unwrap()
    }

    /// Runs `gpg`; fails with what it said.
    pub fn run(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let output = self.output(arguments, input);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        output.stdout
    }

    fn output(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut child = self
            .program("gpg")
            .args([
                "--batch",
                "--yes",
                "--no-tty",
                "--pinentry-mode",
                "loopback",
                "--passphrase",
                "",
            ])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program `gpg` is missing: install the package gnupg");
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().unwrap();
        // A program that has read enough closes its end.
        let _ = writer.join().unwrap();
        output
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env("GNUPGHOME", self.folder.path()).env("LC_ALL", "C.UTF-8");
        command
    }

    /// Its `GNUPGHOME`.
    pub fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

impl Drop for Gnupg {
    fn drop(&mut self) {
        // Without an agent there is nothing to end.
        let _ = self.program("gpgconf").args(["--kill", "all"]).output();
    }
}

/// The entity of RFC 3156 §4.
pub fn encrypted(message: &str) -> String {
    format!(
        "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=\"enc\"\r\n\r\n\
         --enc\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--enc\r\n\
         Content-Type: application/octet-stream; name=\"encrypted.asc\"\r\n\r\n{message}\r\n--enc--\r\n"
    )
}

/// The armored message in a mail.
pub fn armored(mail: &[u8]) -> String {
    let text = String::from_utf8_lossy(mail);
    let start = text.find("-----BEGIN PGP MESSAGE-----").expect("no OpenPGP message");
    let end = "-----END PGP MESSAGE-----";
    let stop = text.find(end).expect("no end of the OpenPGP message") + end.len();
    format!("{}\n", &text[start..stop])
}
