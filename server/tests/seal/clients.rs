//! The programs that judge: each has the person's key and trusts the person's root, and nothing else.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use tempfile::TempDir;
use test_support::program::{self, must};

use crate::seal::person::Person;

const PASSPHRASE: &str = "passphrase";

/// The same as gpgsm reads it, and protects the imported key with.
const LINE: &[u8] = b"passphrase\n";

/// Runs a program; tells whether it worked, its output, and all that it said.
pub fn run(program: &mut Command, input: &[u8]) -> (bool, Vec<u8>, String) {
    let output = program::run(program, input);
    let said = [&output.stdout[..], &output.stderr[..]]
        .map(String::from_utf8_lossy)
        .join("\n");
    (output.status.success(), output.stdout, said)
}

pub fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    must(Command::new("openssl").args(arguments), input)
}

/// The CMS structure of a sealed message, DER.
pub fn ciphertext(sealed: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(sealed).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    STANDARD.decode(body.replace("\r\n", "")).unwrap()
}

/// Content and signature of multipart/signed.
pub fn split(signed: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let find = |at: &[u8], text: &str| memchr::memmem::find(at, text.as_bytes()).unwrap();
    let start = find(signed, "boundary=\"") + 10;
    let length = signed[start..].iter().position(|byte| *byte == b'"').unwrap();
    let boundary = std::str::from_utf8(&signed[start..start + length]).unwrap();
    let first = find(signed, &format!("\r\n--{boundary}\r\n")) + length + 6;
    let end = first + find(&signed[first..], &format!("\r\n--{boundary}\r\n"));
    let part = std::str::from_utf8(&signed[end + length + 6..]).unwrap();
    let (_, base64) = part.split_once("\r\n\r\n").unwrap();
    let base64 = base64.replace(&format!("--{boundary}--"), "").replace("\r\n", "");
    (signed[first..end].to_vec(), STANDARD.decode(base64).unwrap())
}

struct Home(TempDir);

impl Home {
    fn new(person: &Person) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        fs::set_permissions(home.0.path(), fs::Permissions::from_mode(0o700)).unwrap();
        home.put("root.pem", person.chain.root().pem().as_bytes());
        home.put("user.pem", person.chain.user().pem().as_bytes());
        home.put("between.pem", person.chain.intermediate().pem().as_bytes());
        let key = openssl(&["pkey", "-inform", "DER"], &person.key);
        home.put("user.key", &key);
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, content: &[u8]) -> String {
        fs::write(self.path(name), content).unwrap();
        self.at(name)
    }

    fn at(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// The key with its certificates, in the form that NSS and gpgsm both read.
    fn pkcs12(&self) -> String {
        let mut arguments = vec![
            "pkcs12",
            "-export",
            "-keypbe",
            "PBE-SHA1-3DES",
            "-certpbe",
            "PBE-SHA1-3DES",
        ];
        let (key, user, between, root) = (
            self.at("user.key"),
            self.at("user.pem"),
            self.at("between.pem"),
            self.at("root.pem"),
        );
        let authorities = [fs::read(&between).unwrap(), fs::read(&root).unwrap()].concat();
        let authorities = self.put("authorities.pem", &authorities);
        let passphrase = format!("pass:{PASSPHRASE}");
        arguments.extend([
            "-macalg",
            "sha1",
            "-inkey",
            &key,
            "-in",
            &user,
            "-certfile",
            &authorities,
        ]);
        arguments.extend(["-passout", &passphrase]);
        self.put("user.p12", &openssl(&arguments, b""))
    }
}

/// OpenSSL's `cms`.
pub struct OpenSsl(Home);

impl OpenSsl {
    pub fn new(person: &Person) -> Self {
        Self(Home::new(person))
    }

    pub fn decrypt(&self, sealed: &[u8]) -> Vec<u8> {
        let (user, key) = (self.0.at("user.pem"), self.0.at("user.key"));
        openssl(&["cms", "-decrypt", "-recip", &user, "-inkey", &key], sealed)
    }

    pub fn cannot_decrypt(&self, sealed: &[u8]) -> bool {
        let (user, key) = (self.0.at("user.pem"), self.0.at("user.key"));
        let arguments = ["cms", "-decrypt", "-recip", &user, "-inkey", &key];
        !run(Command::new("openssl").args(arguments), sealed).0
    }

    /// Verifies up to the root, for the purpose of signing mail.
    pub fn verify(&self, signed: &[u8]) -> Result<Vec<u8>, String> {
        let (root, signer) = (self.0.at("root.pem"), self.0.at("signer.pem"));
        let arguments = [
            "cms",
            "-verify",
            "-CAfile",
            &root,
            "-purpose",
            "smimesign",
            "-signer",
            &signer,
        ];
        let (worked, entity, said) = run(Command::new("openssl").args(arguments), signed);
        worked.then_some(entity).ok_or(said)
    }

    /// Decrypts and verifies; gives the signed entity.
    pub fn open(&self, sealed: &[u8]) -> Vec<u8> {
        self.verify(&self.decrypt(sealed)).unwrap()
    }

    /// The mail addresses in the last verified signer's certificate.
    pub fn signer_addresses(&self) -> String {
        let said = openssl(
            &[
                "x509",
                "-in",
                &self.0.at("signer.pem"),
                "-noout",
                "-ext",
                "subjectAltName",
            ],
            b"",
        );
        String::from_utf8(said).unwrap()
    }
}

/// NSS's `cmsutil`.
pub struct Nss(Home);

impl Nss {
    pub fn new(person: &Person) -> Self {
        let nss = Self(Home::new(person));
        must(nss.command("certutil").args(["-N", "--empty-password"]), b"");
        must(
            nss.command("pk12util")
                .args(["-i", &nss.0.pkcs12(), "-W", PASSPHRASE, "-K", ""]),
            b"",
        );
        let root = nss.0.at("root.pem");
        must(
            nss.command("certutil")
                .args(["-A", "-n", "trusted root", "-t", ",C,", "-a", "-i", &root]),
            b"",
        );
        nss
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.args(["-d", &format!("sql:{}", self.0.0.path().display())]);
        command
    }

    /// Decrypts and verifies; gives the signed entity.
    pub fn open(&self, sealed: &[u8]) -> Vec<u8> {
        let enveloped = self.0.put("enveloped.der", &ciphertext(sealed));
        let signed = must(self.command("cmsutil").args(["-D", "-i", &enveloped]), b"");
        let (entity, signature) = split(&signed);
        let (content, signature) = (self.0.put("content", &entity), self.0.put("signature.der", &signature));
        let said = run(
            self.command("cmsutil")
                .args(["-D", "-c", &content, "-i", &signature, "-h", "0", "-u", "4"]),
            b"",
        )
        .2;
        assert!(said.contains("GoodSignature"), "NSS: {said}");
        entity
    }
}

/// GnuPG's `gpgsm`.
pub struct Gpgsm(Home);

impl Gpgsm {
    pub fn new(person: &Person) -> Self {
        let home = Home::new(person);
        let sha1 = openssl(
            &["x509", "-in", &home.at("root.pem"), "-noout", "-fingerprint", "-sha1"],
            b"",
        );
        let sha1 = String::from_utf8(sha1).unwrap();
        let (_, fingerprint) = sha1.trim().split_once('=').unwrap();
        home.put("trustlist.txt", format!("{fingerprint} S relax\n").as_bytes());
        home.put("gpg-agent.conf", b"allow-loopback-pinentry\n");
        let gpgsm = Self(home);
        must(gpgsm.command().args(["--import", &gpgsm.0.at("root.pem")]), b"");
        // It derives another key from one salt in a hundred, whoever drew it (measured: 10 of 700 files of OpenSSL).
        let import = || {
            let import = ["--passphrase-fd", "0", "--import", &gpgsm.0.pkcs12()];
            run(gpgsm.command().args(import), LINE).0
        };
        assert!((0..5).any(|_| import()), "not imported");
        gpgsm
    }

    fn command(&self) -> Command {
        let mut command = Command::new("gpgsm");
        command.arg("--homedir").arg(self.0.0.path());
        command.args(["--batch", "--disable-crl-checks", "--pinentry-mode", "loopback"]);
        command
    }

    /// Decrypts and verifies; gives the signed entity.
    pub fn open(&self, sealed: &[u8]) -> Vec<u8> {
        let enveloped = self.0.put("enveloped.der", &ciphertext(sealed));
        let signed = must(
            self.command().args(["--passphrase-fd", "0", "--decrypt", &enveloped]),
            LINE,
        );
        let (entity, signature) = split(&signed);
        let (content, signature) = (self.0.put("content", &entity), self.0.put("signature.der", &signature));
        let said = run(
            self.command()
                .args(["--status-fd", "1", "--verify", &signature, &content]),
            b"",
        )
        .2;
        assert!(said.contains("GOODSIG"), "gpgsm: {said}");
        entity
    }
}

impl Drop for Gpgsm {
    fn drop(&mut self) {
        let home: &Path = self.0.0.path();
        let _ = run(
            Command::new("gpgconf")
                .arg("--homedir")
                .arg(home)
                .args(["--kill", "gpg-agent"]),
            b"",
        );
    }
}
