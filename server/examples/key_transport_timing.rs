//! Does the time of opening tell whether the padding of a content key held? After dudect (Reparaz, Balasch, Verbauwhede,
//! 2017): many measurements of two classes in random order, and Welch's t of their means. A |t| above 4.5 says that the times
//! differ. `make timing` runs it; docs/SECURITY.md keeps the numbers.
//!
//! Every class is a message whose content is under an unknown key, as an attacker's is. Only the padding of the encrypted
//! content key differs. The first comparison is of a class with itself, and must find nothing. The last is of AWS-LC's
//! decryption, which tells a broken padding by an error, and shows what a small difference looks like.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for one measurement: it may end at the first fault"
)]

use std::{
    fs,
    process::{Command, Stdio},
    time::Instant,
};

use app::pki::{
    certificate::Certificate,
    contact,
    issuance::{browser, server as issuer},
    key::ContactKey,
    name::Subject,
    validity::Expiration,
};
use aws_lc_rs::rsa::{Pkcs1PrivateDecryptingKey, PrivateDecryptingKey};
use base64::{Engine, engine::general_purpose::STANDARD};
use const_oid::db::rfc5912::RSA_ENCRYPTION;
use der::{Any, Decode, Encode};
use getrandom::SysRng;
use rand_core::{Rng, UnwrapErr};
use server::seal::{
    AwsLc,
    open::{Recipient, open},
};
use spki::AlgorithmIdentifierOwned;
use test_support::enveloped::enveloped;
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// Measurements of each class.
const MEASUREMENTS: usize = 3000;

/// Different ciphertexts of each class, so that none is known by its value.
const CIPHERTEXTS: usize = 64;

/// Octets of an RSA-2048 modulus.
const MODULUS: usize = 256;

/// A padding as somebody could have made it.
#[derive(Clone, Copy)]
enum Padding {
    Sound,
    OtherLength,
    OtherType,
    NoSeparator,
    EarlySeparator,
}

impl Padding {
    /// A block of RSAES-PKCS1-v1_5 (RFC 8017 §7.2.1), sound or not.
    fn block(self, rng: &mut impl Rng) -> [u8; MODULUS] {
        let mut block = [0; MODULUS];
        rng.fill_bytes(&mut block);
        for octet in &mut block {
            *octet = (*octet).max(1);
        }
        (block[0], block[1]) = (0, 2);
        match self {
            Self::Sound => block[MODULUS - 33] = 0,
            Self::OtherLength => block[MODULUS - 17] = 0,
            Self::OtherType => (block[1], block[MODULUS - 33]) = (1, 0),
            Self::NoSeparator => {}
            Self::EarlySeparator => (block[5], block[MODULUS - 33]) = (0, 0),
        }
        block
    }
}

struct Contact {
    certificate: Certificate,
    key: Zeroizing<Vec<u8>>,
    folder: tempfile::TempDir,
}

impl Contact {
    fn new() -> Self {
        let (now, rng) = (OffsetDateTime::now_utc(), &mut UnwrapErr(SysRng));
        let subject = Subject {
            mailbox: "ann@mailbox.example".parse().unwrap(),
            relay_domain: "relay.example".into(),
        };
        let (requested, request) = browser::start(subject.clone(), Expiration::SUGGESTED, rng).unwrap();
        let (pending, answer) = issuer::answer(&subject, &request, now, &AwsLc, rng).unwrap();
        let (_, completion) = requested.finish(&answer, now, rng).unwrap();
        let (chain, intermediate) = pending.accept(&subject, &completion).unwrap();
        let key = ContactKey::generate(rng).unwrap();
        let address = "r-0123456789abcdef@relay.example".parse().unwrap();
        let certificate = contact::issue(&chain, &intermediate, &key, &address, now, rng).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let parsed = x509_cert::Certificate::from_der(certificate.der()).unwrap();
        let public = parsed.tbs_certificate().subject_public_key_info().to_der().unwrap();
        fs::write(folder.path().join("public.der"), public).unwrap();
        Self {
            certificate,
            key: key.to_pkcs8().unwrap(),
            folder,
        }
    }

    /// A block to the power of the public exponent, by OpenSSL.
    fn encrypt(&self, block: &[u8]) -> Vec<u8> {
        fs::write(self.folder.path().join("block"), block).unwrap();
        let output = Command::new("openssl")
            .args(
                "pkeyutl -encrypt -pubin -keyform DER -inkey public.der -pkeyopt rsa_padding_mode:none -in block"
                    .split(' '),
            )
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn ciphertexts(&self, padding: Padding, rng: &mut impl Rng) -> Vec<Vec<u8>> {
        (0..CIPHERTEXTS).map(|_| self.encrypt(&padding.block(rng))).collect()
    }

    fn message(&self, encrypted_key: &[u8], rng: &mut impl Rng) -> Vec<u8> {
        let mut unknown = [0; 32];
        rng.fill_bytes(&mut unknown);
        let transport = AlgorithmIdentifierOwned {
            oid: RSA_ENCRYPTION,
            parameters: Some(Any::null()),
        };
        let object = enveloped(
            self.certificate.der(),
            transport,
            encrypted_key,
            (&unknown, &[b'x'; 200]),
        );
        let header = "Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n";
        format!("{header}{}\r\n", STANDARD.encode(object)).into_bytes()
    }
}

fn main() {
    let rng = &mut UnwrapErr(SysRng);
    let contact = Contact::new();
    let sound = contact.ciphertexts(Padding::Sound, rng);
    let open_messages = |other: &[Vec<u8>]| {
        let rng = &mut UnwrapErr(SysRng);
        let mut messages = |of: &[Vec<u8>]| of.iter().map(|each| contact.message(each, rng)).collect::<Vec<_>>();
        let classes = [messages(&sound), messages(other)];
        let recipient = Recipient {
            certificate: &contact.certificate,
            key: &contact.key,
        };
        measure(&classes, |message| {
            assert!(open(message, &[recipient], &[], &mut UnwrapErr(SysRng)).is_err());
        })
    };
    println!(
        "{:<44}{:>12}{:>12}{:>9}",
        "sound padding, and", "µs, sound", "µs, other", "max |t|"
    );
    let again = contact.ciphertexts(Padding::Sound, rng);
    report("opening: sound padding again", &open_messages(&again));
    for (name, padding) in [
        ("opening: a key of another length", Padding::OtherLength),
        ("opening: block type 1", Padding::OtherType),
        ("opening: no separator", Padding::NoSeparator),
        ("opening: separator among the first ten", Padding::EarlySeparator),
    ] {
        report(name, &open_messages(&contact.ciphertexts(padding, rng)));
    }
    let key = PrivateDecryptingKey::from_pkcs8(&contact.key).unwrap();
    let key = Pkcs1PrivateDecryptingKey::new(key).unwrap();
    let broken = contact.ciphertexts(Padding::OtherType, rng);
    let with_error = measure(&[sound.clone(), broken], |ciphertext| {
        let mut room = [0; MODULUS];
        let _ = key.decrypt(ciphertext, &mut room);
    });
    report("not used here: AWS-LC's error, block type 1", &with_error);
}

/// Nanoseconds of each class, in an order that is drawn anew.
fn measure(classes: &[Vec<Vec<u8>>; 2], work: impl Fn(&[u8])) -> [Vec<f64>; 2] {
    let rng = &mut UnwrapErr(SysRng);
    let mut times = [Vec::new(), Vec::new()];
    while times.iter().any(|class| class.len() < MEASUREMENTS) {
        let drawn = rng.next_u32() as usize;
        let class = drawn & 1;
        let input = &classes[class][(drawn >> 1) % CIPHERTEXTS];
        let started = Instant::now();
        work(input);
        times[class].push(started.elapsed().as_nanos() as f64);
    }
    times
}

/// The largest |t| of all measurements, and of those below some quantiles: interruptions make the slow ones noisy.
fn report(name: &str, times: &[Vec<f64>; 2]) {
    let mut all: Vec<f64> = times.concat();
    all.sort_by(f64::total_cmp);
    let limits = [1.0, 0.95, 0.9, 0.75, 0.5, 0.25].map(|quantile| all[((all.len() - 1) as f64 * quantile) as usize]);
    let t = limits.map(|limit| {
        let [a, b] = [0, 1].map(|class: usize| statistics(times[class].iter().copied().filter(|time| *time <= limit)));
        (a.mean - b.mean).abs() / (a.variance / a.count + b.variance / b.count).sqrt()
    });
    let [sound, other] = [0, 1].map(|class: usize| {
        let mut sorted = times[class].clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2] / 1000.0
    });
    let most = t.into_iter().fold(0.0, f64::max);
    println!("{name:<44}{sound:>12.1}{other:>12.1}{most:>9.2}");
}

struct Statistics {
    count: f64,
    mean: f64,
    variance: f64,
}

fn statistics(values: impl Iterator<Item = f64> + Clone) -> Statistics {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    let variance = values.map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    Statistics { count, mean, variance }
}
