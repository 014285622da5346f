//! Real kinds of messages, each sealed and opened by three programs.

use std::{fs, path::PathBuf};

use mail_parser::MessageParser;
use server::seal::nature::{Nature, nature};

use crate::seal::{
    clients::{Gpgsm, Nss, OpenSsl},
    person::PERSON,
};

/// Names and bytes of the messages.
pub fn messages() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/messages");
    let mut messages: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .map(|path| {
            (
                path.file_stem().unwrap().to_str().unwrap().to_owned(),
                fs::read(path).unwrap(),
            )
        })
        .collect();
    messages.sort();
    assert!(messages.len() >= 25, "only {} messages", messages.len());
    messages
}

/// Signed or encrypted as a whole: they have a multipart around them.
const LAYERS: [&str; 2] = ["smime-signed-multipart", "pgp-mime-encrypted"];

/// Signed in the opaque form: taken apart ([`crate::seal::opaque`]).
const OPAQUE: &str = "smime-signed-opaque";

pub fn message(name: &str) -> Vec<u8> {
    messages().into_iter().find(|(each, _)| each.ends_with(name)).unwrap().1
}

/// The body by RFC 5322's own words, and not by our parser.
fn body<'a>(name: &str, message: &'a [u8]) -> &'a [u8] {
    if name.ends_with("-headerless") {
        return message;
    }
    let empty_line = message.windows(4).position(|octets| octets == b"\r\n\r\n");
    empty_line.map_or(&[], |at| &message[at + 4..])
}

fn each_body_arrives(open: impl Fn(&[u8]) -> Vec<u8>) {
    for (name, received) in messages() {
        if name.ends_with(OPAQUE) {
            continue;
        }
        let rewritten = PERSON.rewrite(&received);
        let entity = open(&PERSON.seal(&rewritten));
        assert!(entity == *rewritten.inner, "{name}: another entity was signed");
        let expected = [b"\r\n\r\n", body(&name, &received)].concat();
        let arrived = match LAYERS.iter().any(|layer| name.ends_with(layer)) {
            true => {
                let inside = memchr::memmem::find(&entity, &[&expected, &b"\r\n--=_"[..]].concat());
                inside.is_some() && entity.ends_with(b"--\r\n")
            }
            false => entity.ends_with(&expected),
        };
        assert!(arrived, "{name}: the body was changed");
    }
}

#[test]
fn openssl_reads_every_message() {
    let client = OpenSsl::new(&PERSON);
    each_body_arrives(|sealed| client.open(sealed));
}

#[test]
fn nss_reads_every_message() {
    let client = Nss::new(&PERSON);
    each_body_arrives(|sealed| client.open(sealed));
}

#[test]
fn gpgsm_reads_every_message() {
    let client = Gpgsm::new(&PERSON);
    each_body_arrives(|sealed| client.open(sealed));
}

#[test]
fn the_signer_is_who_from_says() {
    let client = OpenSsl::new(&PERSON);
    for (name, received) in messages() {
        let sealed = PERSON.seal(&PERSON.rewrite(&received));
        client.open(&sealed);
        let parsed = MessageParser::new().parse(&sealed).unwrap();
        let from = parsed.from().unwrap().first().unwrap().address().unwrap().to_owned();
        assert_eq!(
            client.signer_addresses().trim().lines().last().unwrap().trim(),
            format!("email:{from}"),
            "{name}"
        );
    }
}

#[test]
fn outside_stands_what_is_listed_and_nothing_else() {
    let allowed = [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Auto-Submitted",
        "Precedence",
        "Sealpost-Loop",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
        "Content-Disposition",
    ];
    for (name, received) in messages() {
        let sealed = String::from_utf8(PERSON.seal(&PERSON.rewrite(&received))).unwrap();
        let (header, body) = sealed.split_once("\r\n\r\n").unwrap();
        assert!(
            sealed.is_ascii()
                && sealed
                    .split("\r\n")
                    .all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])),
            "{name}"
        );
        assert!(body.split("\r\n").all(|line| line.len() <= 76), "{name}");
        let mut seen = Vec::new();
        for line in header.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])) {
            let field = line.split_once(": ").unwrap().0;
            assert!(allowed.contains(&field), "{name}: {field}");
            assert!(!seen.contains(&field), "{name}: {field} twice");
            seen.push(field);
        }
        for required in ["From", "To", "Date", "Message-ID", "MIME-Version", "Content-Type"] {
            assert!(seen.contains(&required), "{name}: no {required}");
        }
    }
}

#[test]
fn what_is_shown_is_true() {
    for (name, from, subject) in [
        ("-plain", "Bob Example (bob@example.org)", Some("Hello")),
        (
            "-html-inline-image",
            "Bob Example (bob@example.org)",
            Some("Bild \u{2603}"),
        ),
        (
            "-raw-utf8-header",
            "J\u{fc}rgen B\u{f6}ll (bob@example.org)",
            Some("Gr\u{fc}\u{df}e aus K\u{f6}ln \u{1f600}"),
        ),
        (
            "-raw-latin1-header-and-body",
            "J\u{fc}rgen (bob@example.org)",
            Some("Gr\u{fc}\u{df}e"),
        ),
        ("-several-from", "Bob, Jr. (bob@example.org)", Some("several authors")),
        ("-group-addresses", "Bob (bob@example.org)", Some("groups")),
        ("-one-octet-headerless", "bob@example.org", None),
        (
            "-spoofing-name",
            "service at bank.example service at bank.example (bob@example.org)",
            Some("Account Bcc: victim@example.org injected"),
        ),
    ] {
        let sealed = PERSON.seal(&PERSON.rewrite(&message(name)));
        let parsed = MessageParser::new().parse(&sealed).unwrap();
        assert_eq!(parsed.from().unwrap().first().unwrap().name(), Some(from), "{name}");
        assert_eq!(parsed.subject(), subject, "{name}");
    }
}

#[test]
fn the_original_header_travels_inside() {
    let entity = String::from_utf8(PERSON.rewrite(&message("-group-addresses")).inner.to_vec()).unwrap();
    for field in [
        "From: Team: Bob <bob@example.org>, carol@example.org;\r\n",
        "To: undisclosed-recipients:;\r\n",
        "Cc: Friends: \"A, B\" <ab@example.org>, c@example.org;\r\n",
        "Reply-To: list@example.org\r\n",
        "Date: Tue, 24 Nov 2026 09:00:00 +0100\r\n",
        "Message-ID: <gr.1@example.org>\r\n",
        "References: <first@example.org>\r\n <earlier@example.org>\r\n",
        "Delivered-To: amber@relay.example\r\n",
    ] {
        assert!(entity.contains(field), "{field:?} is not in {entity}");
    }
    let traced = String::from_utf8(PERSON.rewrite(&message("-plain")).inner.to_vec()).unwrap();
    for left in ["Received:", "DKIM-Signature:", "Return-Path:", "192.0.2.7"] {
        assert!(!traced.contains(left), "{left}");
    }
}

#[test]
fn no_client_is_led_around_the_relay() {
    let entity = String::from_utf8(PERSON.rewrite(&message("-header-protection-parameter")).inner.to_vec()).unwrap();
    assert!(
        !entity.contains("hp=") && !entity.contains("protected-headers") && !entity.contains("HP-Outer"),
        "{entity}"
    );
    assert!(
        entity.contains("Content-Type: text/plain; charset=\"utf-8\"\r\n"),
        "{entity}"
    );
    let entity = String::from_utf8(PERSON.rewrite(&message("-spoofing-name")).inner.to_vec()).unwrap();
    assert!(!entity.contains("Disposition-Notification-To"));
}

#[test]
fn what_is_protected_already_is_told_by_its_bytes() {
    for (name, expected) in [
        ("-plain", Nature::Plain),
        ("-smime-signed-opaque", Nature::SmimeSigned),
        ("-smime-signed-multipart", Nature::SmimeSigned),
        ("-smime-encrypted-as-octets", Nature::SmimeEncrypted),
        ("-pgp-mime-encrypted", Nature::PgpEncrypted),
        ("-pgp-inline-encrypted", Nature::PgpEncrypted),
        ("-attachments", Nature::Plain),
    ] {
        assert_eq!(nature(&message(name)), expected, "{name}");
    }
}
