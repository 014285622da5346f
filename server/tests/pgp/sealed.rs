//! What was sealed, as GnuPG sees it.

use server::mail::{message::Message, value};
use time::{Duration, format_description::well_known::Rfc2822};

use crate::pgp::{
    gnupg::{Gpg, KINDS},
    relay::{RELAY, RELAY_ADDRESS, armored, autocrypt, now},
};

const RECEIVED: &[u8] = b"From: Bob <bob@example.org>\r\nTo: amber@relay.example\r\nSubject: The plan\r\n\
    Message-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\n\r\nGr\xc3\xbc\xc3\x9fe  \r\n--x--\r\n\r\n";

/// The original's body stands in the payload byte for byte, below its own Content-Type.
const BODY: &str = "\r\nContent-Type: multipart/alternative; boundary=x\r\n\
    Content-Transfer-Encoding: 8bit\r\n\r\n--x\r\n\r\nGrüße  \r\n--x--\r\n\r\n\r\n--";

#[test]
fn gnupg_decrypts_verifies_and_imports() {
    for (primary, subkey, algorithm) in KINDS {
        let gpg = Gpg::new(primary, subkey);
        let person = gpg.person();
        assert_eq!(person.algorithm(), algorithm);
        let sealed = RELAY.seal(RECEIVED, &person);

        // The key that comes with the message verifies the message.
        gpg.import(&autocrypt(&sealed));
        let (plaintext, status) = gpg.decrypt(armored(&sealed).as_bytes());
        for line in ["DECRYPTION_OKAY", "GOODMDC", "GOODSIG"] {
            assert!(status.contains(&format!("[GNUPG:] {line}")), "{line}: {status}");
        }
        assert!(
            status.contains(&format!("VALIDSIG {}", RELAY.contact.fingerprint())),
            "{status}"
        );
        assert!(status.contains("ENC_TO "), "{status}");
        assert!(!status.contains("BADSIG") && !status.contains("ERRSIG"), "{status}");
        // AES-256, a modification detection code, and a literal that is binary and without a name.
        assert!(status.contains("DECRYPTION_INFO 2 9"), "{status}");
        assert!(status.contains("PLAINTEXT 62 0 \n"), "{status}");

        let plaintext = String::from_utf8(plaintext).unwrap();
        assert!(
            plaintext.starts_with("Delivered-To: amber@relay.example\r\nFrom: Bob <bob@example.org>\r\n"),
            "{plaintext}"
        );
        assert!(plaintext.contains("\r\nSubject: The plan\r\n"), "{plaintext}");
        assert!(
            plaintext.contains("Content-Type: multipart/mixed; boundary="),
            "{plaintext}"
        );
        assert!(plaintext.contains(BODY), "{plaintext}");
        let at = plaintext.find("-----BEGIN PGP PUBLIC KEY BLOCK-----").unwrap();
        gpg.import(&plaintext.as_bytes()[at..]);
    }
}

/// Thunderbird warns of a deception if Date is more than an hour from the time of the signature.
#[test]
fn date_outside_agrees_with_the_time_of_the_signature() {
    let gpg = Gpg::new("ed25519", "cv25519");
    for hours in [-3, 2, -24] {
        let date = (now() + Duration::hours(hours)).format(&Rfc2822).unwrap();
        let received = format!("From: bob@example.org\r\nDate: {date}\r\n\r\ntext\r\n");
        let sealed = RELAY.seal(received.as_bytes(), &gpg.person());
        gpg.import(&autocrypt(&sealed));
        let (plaintext, status) = gpg.decrypt(armored(&sealed).as_bytes());
        let signed: i64 = status
            .split("VALIDSIG ")
            .nth(1)
            .unwrap()
            .split(' ')
            .nth(2)
            .unwrap()
            .parse()
            .unwrap();
        let outside = Message::parse(sealed.as_bytes())
            .first("Date")
            .and_then(value::date)
            .unwrap();
        assert!((outside.unix_timestamp() - signed).abs() < 60, "{hours}: {sealed}");
        let plaintext = String::from_utf8(plaintext).unwrap();
        assert!(
            plaintext.contains(&format!("\r\n\r\nDate: {date}\r\n\r\ntext\r\n")),
            "{plaintext}"
        );
    }
}

#[test]
fn the_outside_tells_nothing_and_names_the_key() {
    let gpg = Gpg::new("ed25519", "cv25519");
    let sealed = RELAY.seal(RECEIVED, &gpg.person());
    let (header, body) = sealed.split_once("\r\n\r\n").unwrap();
    assert!(
        header.contains("multipart/encrypted; protocol=\"application/pgp-encrypted\""),
        "{header}"
    );
    // An identifier cannot be folded.
    let mut lines = sealed.split("\r\n").filter(|line| !line.starts_with("Message-ID"));
    let long = lines.find(|line| line.len() > 78 || !line.is_ascii());
    assert_eq!(long, None);
    assert!(!sealed.replace("\r\n", "").contains(['\r', '\n']));
    assert!(
        body.contains("\r\nContent-Type: application/pgp-encrypted\r\n"),
        "{body}"
    );
    assert!(body.contains("\r\n\r\nVersion: 1\r\n"), "{body}");
    assert!(!sealed.contains("example.org>"), "{sealed}");
    // Compressed, a text of one letter would be short.
    let long = [RECEIVED, &b"a".repeat(100_000)].concat();
    assert!(RELAY.seal(&long, &gpg.person()).len() > 130_000);
}

/// The person trusts the trust key once; from then on the contacts' keys are valid.
#[test]
fn the_trust_key_vouches_for_the_contacts() {
    let gpg = Gpg::new("ed25519", "cv25519").with_contacts();
    let trust = RELAY.trust.public_armored().unwrap();
    gpg.import(trust.as_bytes());
    let listed = gpg.gpg(&["--check-sigs", "--with-colons", &RELAY.contact.fingerprint()], b"");
    let listed = String::from_utf8(listed).unwrap();
    let trust_id = &RELAY.trust.fingerprint()[24..];
    let by_trust = |line: &&str| line.starts_with("sig:!:") && line.contains(trust_id);
    let certification = listed.lines().find(by_trust).unwrap_or_else(|| panic!("{listed}"));
    // Generic, and for everybody.
    assert!(certification.contains(":10x:"), "{certification}");
    assert!(listed.contains(RELAY_ADDRESS), "{listed}");

    gpg.gpg(
        &["--import-ownertrust"],
        format!("{}:6:\n", RELAY.trust.fingerprint()).as_bytes(),
    );
    let sealed = RELAY.seal(RECEIVED, &gpg.person());
    let (_, status) = gpg.decrypt(armored(&sealed).as_bytes());
    assert!(status.contains("TRUST_FULLY"), "{status}");
    // It certifies, and nothing else.
    let listed =
        String::from_utf8(gpg.gpg(&["--list-keys", "--with-colons", &RELAY.trust.fingerprint()], b"")).unwrap();
    let capabilities = listed
        .lines()
        .find(|line| line.starts_with("pub:"))
        .unwrap()
        .split(':')
        .nth(11);
    assert_eq!(capabilities, Some("cC"), "{listed}");
    assert!(
        listed.contains("Sealpost relay.example (trust key for ann@mailbox.example)"),
        "{listed}"
    );
}

/// The Autocrypt field is repeated with every message: it carries what is needed.
#[test]
fn the_key_in_the_header_is_small() {
    let gpg = Gpg::new("ed25519", "cv25519");
    let key = autocrypt(&RELAY.seal(RECEIVED, &gpg.person()));
    assert!(key.len() < 1024, "{}", key.len());
    assert!(key.len() < RELAY.contact.public_bytes().unwrap().len());
}
