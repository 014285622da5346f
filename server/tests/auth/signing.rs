//! What the relay signs, verified by python3-dkim with the key as it is published.

use std::{os::unix::fs::PermissionsExt, process::Command};

use server::{
    config::{DkimKeySource, Selector},
    dkim::{DkimKey, DkimKeyError, DkimSigner},
};
use test_support::{
    dkim,
    dns::{Dns, Record},
};

const LETTER: &str = "From: \"Bob (bob@example.com)\" <r-00ff@relay.example>\r\nTo: <ann@example.org>\r\nSubject: a\r\n  b\r\n\
                      Date: Mon, 23 Nov 2026 10:00:00 +0000\r\nMessage-ID: <m@relay.example>\r\nMIME-Version: 1.0\r\n\
                      Content-Type: text/plain\r\n\r\nThe text.\r\n\r\n\r\n";

fn signed_by(signer: &DkimSigner, message: &str) -> Vec<u8> {
    let message = message.as_bytes().to_vec();
    std::mem::take(&mut *signer.sign_message(message.into()).unwrap())
}

#[test]
fn a_message_stays_in_its_buffer_if_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let key = DkimKey::open(&DkimKeySource::Own(folder.path().join("dkim.key"))).unwrap();
    let signer = DkimSigner::new(&key, "relay.example", &Selector::parse("sealpost").unwrap()).unwrap();
    let mut message = Vec::with_capacity(LETTER.len() + 4096);
    message.extend_from_slice(LETTER.as_bytes());
    let buffer = message.as_ptr();
    let signed = signer.sign_message(message.into()).unwrap();
    assert_eq!(signed.as_ptr(), buffer);
    assert!(signed.starts_with(b"DKIM-Signature: ") && signed.ends_with(LETTER.as_bytes()));
}

#[test]
fn somebody_else_verifies_what_we_sign() {
    let folder = tempfile::tempdir().unwrap();
    let key = DkimKey::open(&DkimKeySource::Own(folder.path().join("dkim.key"))).unwrap();
    let signer = DkimSigner::new(&key, "relay.example", &Selector::parse("sealpost").unwrap()).unwrap();
    let record = format!("v=DKIM1; k=rsa; p={}", key.public());
    let dns = Dns::start(&[Record::Txt("sealpost._domainkey.relay.example", &record)]);
    let signed = String::from_utf8(signed_by(&signer, LETTER)).unwrap();
    assert!(
        signed.starts_with("DKIM-Signature: ") && signed.ends_with(LETTER),
        "{signed}"
    );
    assert!(signed.split("\r\n").all(|line| line.len() < 100), "{signed}");
    assert!(signed.contains("c=relaxed/relaxed"), "{signed}");
    // python3-dkim refuses a second From by itself; a verifier that does not is stopped by this (RFC 6376 §5.4.2).
    let field = signed.strip_suffix(LETTER).unwrap();
    assert_eq!(field.matches(":From").count(), 2, "{field}");
    assert_eq!(
        dkim::verify(dns.address, signed.as_bytes()),
        "True relay.example sealpost"
    );
    for changed in [
        signed.replace("The text", "The test"),
        signed.replace("To: <ann", "To: <bob"),
        signed.replace("\r\nFrom:", "\r\nFrom: ceo@relay.example\r\nFrom:"),
        signed.replace("\r\nTo:", "\r\nFrom: ceo@relay.example\r\nTo:"),
        signed.replace("\r\nTo:", "\r\nCc: eve@example.net\r\nTo:"),
    ] {
        assert_ne!(changed, signed);
        assert_eq!(
            dkim::verify(dns.address, changed.as_bytes()),
            "False relay.example sealpost"
        );
    }
}

#[test]
fn what_unsubscribes_is_signed_where_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let key = DkimKey::open(&DkimKeySource::Own(folder.path().join("dkim.key"))).unwrap();
    let signer = DkimSigner::new(&key, "relay.example", &Selector::parse("sealpost").unwrap()).unwrap();
    let record = format!("v=DKIM1; k=rsa; p={}", key.public());
    let dns = Dns::start(&[Record::Txt("sealpost._domainkey.relay.example", &record)]);
    let verify = |message: &str| dkim::verify(dns.address, message.as_bytes());
    let list = LETTER.replace(
        "MIME-Version",
        "List-Unsubscribe: <https://relay.example/u/1>,\r\n <mailto:u-1@relay.example>\r\n\
         List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version",
    );
    let signed = String::from_utf8(signed_by(&signer, &list)).unwrap();
    assert_eq!(verify(&signed), "True relay.example sealpost");
    for changed in [
        signed.replace("/u/1", "/u/2"),
        signed.replace("=One-Click", "=Two-Clicks"),
        signed.replace("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click", ""),
    ] {
        assert_ne!(changed, signed);
        assert_eq!(verify(&changed), "False relay.example sealpost");
    }
    // What a mailing list adds to an answer breaks nothing.
    let plain = String::from_utf8(signed_by(&signer, LETTER)).unwrap();
    let listed = plain.replace("\r\nTo:", "\r\nList-Unsubscribe: <https://list.example>\r\nTo:");
    assert_eq!(verify(&listed), "True relay.example sealpost");
}

/// The TXT records of what `sealpost dns` prints: name, and strings put together.
fn printed(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    let output = Command::new(env!("CARGO_BIN_EXE_sealpost"))
        .arg("dns")
        .env_clear()
        .envs(settings.iter().copied())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let records = text.lines().filter(|line| !line.starts_with(';'));
    records
        .filter_map(|line| line.split_once(". TXT "))
        .map(|(name, strings)| {
            let strings: Vec<_> = strings.trim_matches('"').split("\" \"").collect();
            assert!(strings.iter().all(|string| string.len() <= 255));
            (name.to_owned(), strings.concat())
        })
        .collect()
}

#[test]
fn what_sealpost_dns_prints_is_what_verifiers_need() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let settings = [
        ("SEALPOST_DATA", data.to_str().unwrap()),
        ("SEALPOST_DOMAIN", "relay.example"),
        ("SEALPOST_DOMAINS", "second.example"),
        ("SEALPOST_DKIM_SELECTOR", "k1"),
    ];
    let records = printed(&settings);
    assert_eq!(records, printed(&settings), "the key is made once");
    let names: Vec<_> = records.iter().map(|(name, _)| &**name).collect();
    assert_eq!(
        names,
        [
            "relay.example",
            "k1._domainkey.relay.example",
            "_dmarc.relay.example",
            "_mta-sts.relay.example",
            "_smtp._tls.relay.example",
            "second.example",
            "k1._domainkey.second.example",
            "_dmarc.second.example",
            "_mta-sts.second.example",
            "_smtp._tls.second.example"
        ]
    );
    let zone: Vec<_> = records.iter().map(|(name, text)| Record::Txt(name, text)).collect();
    let dns = Dns::start(&zone);
    let key = DkimKey::open(&DkimKeySource::File(data.join("dkim.key"))).unwrap();
    let signer = DkimSigner::new(&key, "relay.example", &Selector::parse("k1").unwrap()).unwrap();
    let signed = signed_by(&signer, LETTER);
    assert_eq!(dkim::verify(dns.address, &signed), "True relay.example k1");
    let signer = DkimSigner::new(&key, "second.example", &Selector::parse("k1").unwrap()).unwrap();
    let signed = signed_by(&signer, LETTER);
    assert_eq!(dkim::verify(dns.address, &signed), "True second.example k1");
}

#[test]
fn the_key_is_made_once_and_read_by_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dkim.key");
    let own = DkimKeySource::Own(path.clone());
    let made = DkimKey::open(&own).unwrap().public();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(DkimKey::open(&own).unwrap().public(), made);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(DkimKey::open(&own), Err(DkimKeyError::Exposed { .. })));
    let absent = DkimKeySource::File(folder.path().join("none.key"));
    assert!(matches!(DkimKey::open(&absent), Err(DkimKeyError::File { .. })));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&path, "no key").unwrap();
    assert!(matches!(DkimKey::open(&own), Err(DkimKeyError::Pem(_))));
}
