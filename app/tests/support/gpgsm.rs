//! gpgsm, with a home of its own.

use std::{
    fmt::Write as _,
    io::Write as _,
    process::{Command, Stdio},
};

use app::pki::certificate::Certificate;
use sha1::{Digest, Sha1};

use super::Folder;

/// A gpgsm that trusts one root; its agent ends with it. The passphrase of the imported file protects the key there, too.
pub struct Gpgsm {
    home: Folder,
    passphrase: String,
}

impl Gpgsm {
    pub fn trusting(root: &Certificate, passphrase: &str) -> Self {
        let folder = Folder::new();
        let mut fingerprint = String::new();
        for octet in Sha1::digest(root.der()) {
            write!(fingerprint, "{octet:02X}").unwrap();
        }
        folder.write("trustlist.txt", format!("{fingerprint} S relax\n"));
        folder.write("gpgsm.conf", "disable-crl-checks\ndisable-dirmngr\nbatch\nyes\n");
        folder.write("gpg-agent.conf", "allow-loopback-pinentry\n");
        folder.write("root.der", root.der());
        let gpgsm = Self {
            home: folder,
            passphrase: passphrase.into(),
        };
        gpgsm.must(&["--import", "root.der"]);
        gpgsm
    }

    /// Imports a PKCS#12 file; says what it said if it does not.
    pub fn import(&self, file: &[u8]) -> Result<(), String> {
        self.write("u.p12", file);
        match self.run(&["--import", "u.p12"]) {
            (true, text) if text.contains("secret keys imported: 1") => Ok(()),
            (_, text) => Err(text),
        }
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        self.home.write(name, content);
    }

    pub fn must(&self, arguments: &[&str]) -> String {
        let (success, text) = self.run(arguments);
        assert!(success, "gpgsm {arguments:?}: {text}");
        text
    }

    fn run(&self, arguments: &[&str]) -> (bool, String) {
        let mut child = Command::new("gpgsm")
            .args(["--pinentry-mode", "loopback", "--passphrase-fd", "0"])
            .args(arguments)
            .current_dir(self.home.path())
            .env("GNUPGHOME", self.home.path())
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("gpgsm (see scripts/need-test-tools): {error}"));
        let mut input = child.stdin.take().unwrap();
        // gpgsm may not ask, and close its end.
        let _ = writeln!(input, "{}", self.passphrase);
        drop(input);
        let output = child.wait_with_output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }
}

impl Drop for Gpgsm {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf")
            .args(["--kill", "all"])
            .env("GNUPGHOME", self.home.path())
            .output();
    }
}
