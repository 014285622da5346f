//! What NSS (Thunderbird's and Firefox's cryptography) and gpgsm write: BER in streams, octet strings in chunks.

use std::{process::Command, sync::LazyLock};

use server::seal::open::Encryption;
use test_support::program::{must, run};

use crate::open::{
    clients::{CLIENT, Client, body, cms_message},
    home::{ANSWER, HOME},
};

/// NSS's `cmsutil`.
struct Nss(Client);

static NSS: LazyLock<Nss> = LazyLock::new(|| {
    let nss = Nss(Client::new(&HOME));
    nss.run("certutil", &["-N", "--empty-password"]);
    nss.run("certutil", &["-A", "-n", "root", "-t", ",C,", "-a", "-i", "root.pem"]);
    nss.run(
        "certutil",
        &["-A", "-n", "between", "-t", ",,", "-a", "-i", "between.pem"],
    );
    nss.run(
        "certutil",
        &["-A", "-n", "contact", "-t", ",,", "-a", "-i", "contact.pem"],
    );
    nss.run("pk12util", &["-i", &nss.0.pkcs12(), "-W", "passphrase", "-K", ""]);
    nss
});

impl Nss {
    fn run(&self, program: &str, arguments: &[&str]) {
        must(self.0.program(program).args(["-d", "sql:."]).args(arguments), b"");
    }

    fn cmsutil(&self, arguments: &[&str], name: &str, input: &[u8]) -> Vec<u8> {
        self.0.put(name, input);
        let output = format!("{name}.out");
        self.run("cmsutil", &[arguments, &["-i", name, "-o", &output]].concat());
        std::fs::read(self.0.at(&output)).unwrap()
    }

    fn encrypt(&self, name: &str, entity: &[u8]) -> Vec<u8> {
        self.cmsutil(&["-E", "-r", "r-0123456789abcdef@relay.example"], name, entity)
    }
}

fn is_indefinite(ber: &[u8]) -> bool {
    ber.starts_with(b"\x30\x80")
}

/// RFC 8551 §3.5.3, put together by hand: `cmsutil` writes no MIME.
fn multipart(entity: &[u8], signature: &[u8]) -> Vec<u8> {
    let signature = cms_message("application/pkcs7-signature; name=smime.p7s", signature);
    let signature = String::from_utf8(signature).unwrap();
    let signature = &signature[signature.find("Content-Type").unwrap()..];
    let header = "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=\"b b\"\r\n\r\n";
    let parts = [
        b"--b b\r\n",
        entity,
        b"\r\n--b b\r\n",
        signature.as_bytes(),
        b"--b b--\r\n",
    ]
    .concat();
    [header.as_bytes(), &parts].concat()
}

#[test]
fn nss_signs_and_encrypts() {
    for (name, options) in [
        ("plain", &["-S", "-N", "user"][..]),
        ("time", &["-S", "-N", "user", "-G", "-P"]),
        ("hash", &["-S", "-N", "user", "-H", "SHA512"]),
    ] {
        let opaque = NSS.cmsutil(options, &format!("{name}.opaque"), ANSWER.as_bytes());
        let opaque = cms_message("application/pkcs7-mime; smime-type=signed-data", &opaque);
        let enveloped = NSS.encrypt(&format!("{name}.enveloped"), &opaque);
        assert!(is_indefinite(&enveloped), "NSS writes no BER any more");
        let opened = HOME.opens(&cms_message("application/pkcs7-mime", &enveloped));
        assert_eq!(opened.entity.as_slice(), ANSWER.as_bytes(), "{name}");
        assert_eq!(opened.signature.unwrap().signing_time.is_some(), name == "time");

        let detached = [options, &["-T"]].concat();
        let signature = NSS.cmsutil(&detached, &format!("{name}.detached"), ANSWER.as_bytes());
        let signed = multipart(ANSWER.as_bytes(), &signature);
        let enveloped = NSS.encrypt(&format!("{name}.multipart"), &signed);
        let opened = HOME.opens(&cms_message("application/pkcs7-mime", &enveloped));
        assert_eq!(opened.entity.as_slice(), ANSWER.as_bytes(), "{name}");
        assert_eq!(opened.encryption, Some(Encryption::Malleable));
    }
}

#[test]
fn nss_writes_a_hundred_kilobytes_in_chunks() {
    let entity = format!("{ANSWER}{}", "all work and no play\r\n".repeat(5000));
    let opaque = NSS.cmsutil(&["-S", "-N", "user", "-G"], "large", entity.as_bytes());
    let opaque = cms_message("application/pkcs7-mime", &opaque);
    let opened = HOME.opens(&cms_message(
        "application/pkcs7-mime",
        &NSS.encrypt("large.enveloped", &opaque),
    ));
    assert_eq!(opened.entity.as_slice(), entity.as_bytes());
}

#[test]
fn one_client_opens_what_the_other_wrote_as_we_do() {
    // OpenSSL makes chunks of another size, and NSS a chunk of every read.
    let message = CLIENT.encrypt(
        "-aes-256-cbc -stream",
        &CLIENT.sign("-nodetach -stream", ANSWER.as_bytes()),
    );
    assert!(is_indefinite(&body(&message)), "OpenSSL streams no more");
    HOME.opens(&message);
}

/// GnuPG's `gpgsm`.
struct Gpgsm(Client);

impl Gpgsm {
    fn new() -> Self {
        let gpgsm = Self(Client::new(&HOME));
        let trusted = format!("{} S relax\n", gpgsm.fingerprint("root.pem"));
        gpgsm.0.put("trustlist.txt", trusted.as_bytes());
        gpgsm.0.put("gpg-agent.conf", b"allow-loopback-pinentry\n");
        for certificate in ["root.pem", "between.pem", "contact.pem"] {
            must(gpgsm.command().args(["--import", certificate]), b"");
        }
        // It derives another key from one salt in a hundred, whoever drew it (measured: 10 of 700 files of OpenSSL).
        let import = || {
            let import = ["--passphrase-fd", "0", "--import", &gpgsm.0.pkcs12()];
            run(gpgsm.command().args(import), b"passphrase\n").status.success()
        };
        assert!((0..5).any(|_| import()), "not imported");
        gpgsm
    }

    fn command(&self) -> Command {
        let mut command = self.0.program("gpgsm");
        command.args(["--homedir", &self.0.at("")]);
        command.args(["--batch", "--disable-crl-checks", "--pinentry-mode", "loopback"]);
        command
    }

    fn fingerprint(&self, certificate: &str) -> String {
        let arguments = ["x509", "-in", certificate, "-noout", "-fingerprint", "-sha1"];
        let said = String::from_utf8(must(self.0.program("openssl").args(arguments), b"")).unwrap();
        said.trim().split_once('=').unwrap().1.to_owned()
    }

    fn sign(&self, options: &[&str], entity: &[u8]) -> Vec<u8> {
        let input = self.0.put("to-sign", entity);
        // The intermediate is for the same address.
        let user = self.fingerprint("user.pem");
        let arguments = ["--passphrase-fd", "0", "--local-user", &user, "--sign"];
        must(self.command().args(arguments).args(options).arg(input), b"passphrase\n")
    }

    fn encrypt(&self, options: &[&str], entity: &[u8]) -> Vec<u8> {
        let arguments = ["--recipient", "r-0123456789abcdef@relay.example", "--encrypt"];
        must(self.command().args(options).args(arguments), entity)
    }
}

impl Drop for Gpgsm {
    fn drop(&mut self) {
        let homedir = self.0.at("");
        must(
            self.0
                .program("gpgconf")
                .args(["--homedir", &homedir, "--kill", "gpg-agent"]),
            b"",
        );
    }
}

#[test]
fn gpgsm_signs_and_encrypts() {
    let gpgsm = Gpgsm::new();
    let opaque = cms_message("application/pkcs7-mime", &gpgsm.sign(&[], ANSWER.as_bytes()));
    let detached = multipart(ANSWER.as_bytes(), &gpgsm.sign(&["--detach-sign"], ANSWER.as_bytes()));
    for signed in [opaque, detached] {
        for cipher in ["AES256", "AES128", "3DES"] {
            let enveloped = gpgsm.encrypt(&["--cipher-algo", cipher], &signed);
            let opened = HOME.opens(&cms_message("application/pkcs7-mime", &enveloped));
            assert_eq!(opened.entity.as_slice(), ANSWER.as_bytes(), "{cipher}");
        }
    }
}
