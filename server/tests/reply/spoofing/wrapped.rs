//! MIME: what the person signed is one part among others.

use super::{EVIL, Endings, evil, evil_html, genuine, multipart};
use crate::reply::{talk::Talk, wire};

/// What an attacker builds around a signed entity.
fn variants(signed: &str) -> Vec<(&'static str, String)> {
    let (html, text) = (evil_html(), evil());
    let cid = format!(
        "Content-Type: text/html\r\n\r\n<p>{EVIL}</p><iframe src=\"cid:signed\"></iframe><style>iframe {{ display: none \
         }}</style>\r\n"
    );
    let with_cid = format!("Content-ID: <signed>\r\n{signed}");
    let attached = format!("Content-Disposition: attachment; filename=signed.eml\r\n{signed}");
    let forwarded = |entity: &str| {
        format!("Content-Type: message/rfc822\r\n\r\nFrom: Ann Lee <ann@example.org>\r\nSubject: {EVIL}\r\n{entity}")
    };
    vec![
        ("signed first", multipart("mixed", &[signed, &text])),
        ("signed last", multipart("mixed", &[&text, signed])),
        ("signed between", multipart("mixed", &[&text, signed, &html])),
        ("signed alone in mixed", multipart("mixed", &[signed])),
        ("open html before", multipart("mixed", &[&html, signed])),
        ("signed as an attachment", multipart("mixed", &[&text, &attached])),
        ("signed and hidden by cid", multipart("related", &[&cid, &with_cid])),
        ("signed root of related", multipart("related", &[&with_cid, &cid])),
        ("alternative, signed last", multipart("alternative", &[&text, signed])),
        ("alternative, signed first", multipart("alternative", &[signed, &html])),
        ("parallel", multipart("parallel", &[signed, &text])),
        ("digest", multipart("digest", &[&forwarded(signed), &forwarded(&text)])),
        ("an unknown multipart", multipart("x-mallory", &[signed, &text])),
        (
            "signed within a signed that is none",
            multipart("signed", &[&text, signed]),
        ),
        ("a forwarded message", forwarded(signed)),
        (
            "a forwarded message beside text",
            multipart("mixed", &[&text, &forwarded(signed)]),
        ),
        (
            "deep",
            multipart(
                "mixed",
                &[&text, &multipart("mixed", &[&multipart("mixed", &[signed])])],
            ),
        ),
        ("as text", format!("Content-Type: text/plain\r\n\r\n{EVIL}\r\n{signed}")),
        (
            "beside a ciphertext",
            multipart("mixed", &[&text, &wire::cms("smime-type=enveloped-data", b"0\x80")]),
        ),
    ]
}

/// Words within a multipart/signed that its signature is not over.
fn within(signed: &str) -> Vec<(&'static str, String)> {
    let boundary = signed
        .split("boundary=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap();
    let delimiter = format!("--{boundary}\r\n");
    let (head, parts) = signed.split_once("\r\n\r\n").unwrap();
    let first = parts.find(&delimiter).unwrap();
    let (preamble, parts) = parts.split_at(first);
    let text = evil();
    let last = format!("--{boundary}--");
    vec![
        ("preamble", format!("{head}\r\n\r\n{EVIL}\r\n{preamble}{parts}")),
        ("epilogue", format!("{head}\r\n\r\n{preamble}{parts}\r\n{EVIL}\r\n")),
        ("a part before", format!("{head}\r\n\r\n{delimiter}{text}\r\n{parts}")),
        (
            "a part behind",
            format!(
                "{head}\r\n\r\n{}",
                parts.replace(&last, &format!("{delimiter}{text}\r\n{last}"))
            ),
        ),
        (
            "a second end",
            format!("{head}\r\n\r\n{parts}\r\n{delimiter}{text}\r\n{last}\r\n"),
        ),
        (
            "an end before",
            format!("{head}\r\n\r\n{last}\r\n{delimiter}{text}\r\n{parts}"),
        ),
        (
            "a second content type first",
            format!("Content-Type: text/plain; x=\"{EVIL}\"\r\n{signed}"),
        ),
        (
            "a second content type last",
            format!("{head}\r\nContent-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n{preamble}{parts}"),
        ),
        (
            "two boundaries",
            signed
                .replacen("boundary=\"", "boundary=\"around\"; boundary=\"", 1)
                .replace(&delimiter, &format!("--around\r\n{text}\r\n--around--\r\n{delimiter}")),
        ),
        (
            "another boundary in two pieces",
            signed.replacen("boundary=\"", "boundary*0=around; boundary=\"", 1),
        ),
        (
            "mixed instead of signed",
            signed.replacen("multipart/signed", "multipart/mixed", 1),
        ),
        ("a boundary that goes on", parts_with_longer_boundary(signed, boundary)),
    ]
}

/// A line that begins with the boundary and goes on: some readers take it for a delimiter.
fn parts_with_longer_boundary(signed: &str, boundary: &str) -> String {
    let line = format!("--{boundary}x\r\n{}\r\n--{boundary}\r\n", evil());
    signed.replacen(&format!("--{boundary}\r\n"), &line, 1)
}

#[tokio::test]
async fn nothing_leaves_that_stood_around_a_signed_part() {
    let talk = Talk::new().await;
    genuine(&talk).await;
    let mut endings = Endings::default();
    for options in ["", "-nodetach"] {
        let count = variants("").len();
        for at in 0..count {
            let text = format!("what Ann signed {options} {at}");
            let signed = talk.person.sign(options, &wire::note(&text));
            let (name, entity) = variants(&signed).swap_remove(at);
            endings.judge_entity(&talk, name, &entity, &text).await;
            let sealed = talk.person.encrypt("-aes-256-cbc", &talk.letter.certificate, &entity);
            let name = format!("{name}, sealed");
            endings.judge_entity(&talk, &name, &sealed, &text).await;
        }
    }
    println!("{endings:?}");
    assert_eq!(endings.refused + endings.signed_text_left, 2 * 2 * variants("").len());
}

#[tokio::test]
async fn nothing_leaves_that_stood_within_multipart_signed_and_was_not_signed() {
    let talk = Talk::new().await;
    let mut endings = Endings::default();
    let count = within(&talk.person.sign("", &evil())).len();
    for at in 0..count {
        for sealed in [false, true] {
            let text = format!("what Ann signed within {at} {sealed}");
            let signed = talk.person.sign("", &wire::note(&text));
            let (name, mut entity) = within(&signed).swap_remove(at);
            assert_ne!(entity, signed, "{name}");
            if sealed {
                entity = talk.person.encrypt("-aes-256-cbc", &talk.letter.certificate, &entity);
            }
            endings.judge_entity(&talk, name, &entity, &text).await;
        }
    }
    println!("{endings:?}");
}
