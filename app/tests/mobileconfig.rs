//! Apple's configuration profile as others read it: Python's plistlib the property list, OpenSSL what is in it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing unwrap is a failing test")]

mod support;

use std::collections::HashSet;

use app::pki::{PkiError, issuance::browser::Issued};
use serde_json::Value;
use support::{Exchange, Folder, PASSPHRASE, exchange_now, rng};

/// Prints the list as JSON and puts each payload's content into a file of the name that the payload gives.
const READ: &str = "
import json, plistlib
with open('profile.mobileconfig', 'rb') as file:
    profile = plistlib.load(file, fmt=plistlib.FMT_XML)
for payload in profile['PayloadContent']:
    content = payload.pop('PayloadContent')
    assert isinstance(content, bytes), type(content)
    with open(payload['PayloadCertificateFileName'], 'wb') as file:
        file.write(content)
print(json.dumps(profile))
";

fn profile(issued: &Issued) -> Vec<u8> {
    let passphrase = PASSPHRASE.to_owned().into();
    issued.configuration_profile(&passphrase, &mut rng()).unwrap()
}

/// What plistlib reads; the contents are in the folder then.
fn read(folder: &Folder, file: &[u8]) -> Value {
    folder.write("profile.mobileconfig", file);
    serde_json::from_str(&folder.must("python3", &["-c", READ])).unwrap()
}

fn text<'a>(dictionary: &'a Value, key: &str) -> &'a str {
    dictionary[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} in {dictionary}"))
}

fn each(profile: &Value) -> Vec<&Value> {
    let payloads = profile["PayloadContent"].as_array().unwrap();
    payloads.iter().chain([profile]).collect()
}

#[test]
fn plistlib_reads_three_payloads_that_can_be_removed() {
    let Exchange { issued, chain, .. } = exchange_now();
    let folder = Folder::with(&chain);
    let profile = read(&folder, &profile(&issued));
    assert_eq!(text(&profile, "PayloadType"), "Configuration");
    assert_eq!(profile["PayloadRemovalDisallowed"], Value::Bool(false));
    let types: Vec<_> = each(&profile)[..3].iter().map(|one| text(one, "PayloadType")).collect();
    let expected = ["root", "pkcs1", "pkcs12"].map(|kind| format!("com.apple.security.{kind}"));
    assert_eq!(types, expected);
    for one in each(&profile) {
        assert_eq!(one["PayloadVersion"], 1);
        for key in [
            "PayloadDisplayName",
            "PayloadDescription",
            "PayloadOrganization",
            "PayloadIdentifier",
        ] {
            assert!(!text(one, key).is_empty(), "{key}");
        }
        assert!(one.get("Password").is_none(), "the device asks for it");
    }
    assert!(text(&profile, "PayloadDisplayName").contains("ann.lee@example.org"));
}

#[test]
fn openssl_opens_what_is_in_it_with_the_passphrase_only() {
    let Exchange { issued, chain, .. } = exchange_now();
    let folder = Folder::with(&chain);
    let file = profile(&issued);
    read(&folder, &file);
    for (name, certificate) in [("root.cer", chain.root()), ("intermediate.cer", chain.intermediate())] {
        assert_eq!(
            std::fs::read(folder.path().join(name)).unwrap(),
            certificate.der(),
            "{name}"
        );
        folder.must("openssl", &["x509", "-inform", "DER", "-in", name, "-noout"]);
    }
    let pass = format!("pass:{PASSPHRASE}");
    let open = ["pkcs12", "-legacy", "-in", "identity.p12", "-nodes"];
    let opened = folder.must("openssl", &[&open[..], &["-passin", &pass]].concat());
    assert_eq!(opened.matches("BEGIN CERTIFICATE").count(), 3);
    folder.write("opened.pem", &opened);
    let of_key = folder.must("openssl", &["rsa", "-in", "opened.pem", "-noout", "-modulus"]);
    let of_user = folder.must("openssl", &["x509", "-in", "user.pem", "-noout", "-modulus"]);
    assert_eq!(of_key, of_user);
    let (without, _) = folder.run("openssl", &[&open[..], &["-passin", "pass:another one"]].concat());
    assert!(!without);
    assert!(!String::from_utf8(file).unwrap().contains(PASSPHRASE));
}

#[test]
fn exporting_again_replaces_and_another_chain_stands_beside_it() {
    let (one, other) = (exchange_now(), exchange_now());
    let folder = Folder::new();
    let lists = [&one.issued, &one.issued, &other.issued].map(|issued| read(&folder, &profile(issued)));
    let identifiers = lists.each_ref().map(|list| {
        each(list)
            .into_iter()
            .map(|one| text(one, "PayloadIdentifier").to_owned())
            .collect::<HashSet<_>>()
    });
    assert!(
        identifiers.iter().all(|identifiers| identifiers.len() == 4),
        "none twice: {identifiers:?}"
    );
    assert_eq!(identifiers[0], identifiers[1]);
    assert!(identifiers[0].is_disjoint(&identifiers[2]));
    let uuids: HashSet<_> = lists
        .iter()
        .flat_map(each)
        .map(|one| text(one, "PayloadUUID"))
        .collect();
    assert_eq!(uuids.len(), 12, "each is new");
    for uuid in uuids {
        let groups: Vec<_> = uuid.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{uuid}");
        // RFC 9562 §5.4: version 4, variant 10.
        assert!(
            uuid.as_bytes()[14] == b'4' && b"89AB".contains(&uuid.as_bytes()[19]),
            "{uuid}"
        );
    }
}

#[test]
fn passphrase_is_held_to_the_same_rules() {
    let issued = exchange_now().issued;
    let refusal = |passphrase: &str| {
        issued
            .configuration_profile(&passphrase.to_owned().into(), &mut rng())
            .err()
    };
    assert_eq!(refusal("7 short"), Some(PkiError::PassphraseTooShort));
    assert_eq!(refusal("beyond the plane 😀"), Some(PkiError::PassphraseCharacter));
}
