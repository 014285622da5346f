//! Messages of real clients that were kept, encrypted to one person for ever: they open although no client is here, and
//! are where the fuzzer begins. `KEEP=1` writes them anew, which a release of the `rsa` crate that makes other keys of the same
//! randomness would ask for. Those of BouncyCastle 1.72 were written for the same person by hand: they are in forms that OpenSSL
//! does not write.

use std::{fs, path::PathBuf};

use crate::open::{
    clients::{Client, body, mailed},
    home::{ANSWER, LASTING},
};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/open")
}

/// Name, and how OpenSSL signs and encrypts; without the latter it is signed only.
const MESSAGES: [(&str, &str, Option<&str>); 9] = [
    ("01-cbc-der", "", Some("-aes-256-cbc -noindef")),
    ("02-cbc-stream", "", Some("-aes-256-cbc -stream")),
    ("03-gcm", "-nodetach", Some("-aes-256-gcm")),
    (
        "04-oaep",
        "-nodetach -stream",
        Some("-aes-128-cbc -keyopt rsa_padding_mode:oaep"),
    ),
    ("05-triple-des", "-noattr", Some("-des3 -keyid")),
    ("06-opaque-stream", "-nodetach -stream", None),
    ("07-opaque-der", "-nodetach -noindef", None),
    ("08-multipart", "", None),
    ("09-pss", "-keyopt rsa_padding_mode:pss -nodetach -noindef", None),
];

fn keep() {
    let client = Client::new(&LASTING);
    for (name, sign, encrypt) in MESSAGES {
        let signed = client.sign(sign, ANSWER.as_bytes());
        let message = encrypt.map_or_else(|| mailed(&signed), |options| client.encrypt(options, &signed));
        fs::write(folder().join(format!("{name}.eml")), &message).unwrap();
        // The same without base64, through which a fuzzer would hardly find.
        if sign.contains("-nodetach") || encrypt.is_some() {
            let header = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n";
            let message = [&header[..], &body(&message)].concat();
            fs::write(folder().join(format!("{name}-binary.eml")), message).unwrap();
        }
    }
}

#[test]
fn what_was_kept_opens() {
    if std::env::var_os("KEEP").is_some() {
        keep();
    }
    let mut opened = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "eml") {
            LASTING.opens(&fs::read(&path).unwrap());
            opened += 1;
        }
    }
    assert!(opened > MESSAGES.len(), "only {opened} messages");
}
