//! What is hidden outside, and the protected header inside (RFC 9788).

use base64::{Engine, engine::general_purpose::STANDARD};

use super::*;
use crate::mail::{header, message::Field};

const SUBJECT: Hidden = Hidden {
    subject: true,
    sender: false,
};
const SENDER: Hidden = Hidden {
    subject: false,
    sender: true,
};
const BOTH: Hidden = Hidden {
    subject: true,
    sender: true,
};

fn hide(received: &[u8], hidden: Hidden) -> Rewritten {
    hiding(received, "ann@mailbox.example", "alice@smime.example", hidden)
}

fn text(rewritten: &Rewritten) -> (String, String) {
    let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
    (text(rewritten.outer.as_bytes()), text(&rewritten.inner))
}

/// The message of RFC 9788 appendix C.3, as it was before its client protected it.
fn alice(name: &str, body: &str) -> String {
    format!(
        "MIME-Version: 1.0\r\nSubject: {name}\r\nMessage-ID: <{name}@example>\r\nFrom: Alice <alice@smime.example>\r\n\
         To: Bob <bob@smime.example>\r\nDate: Sat, 20 Feb 2021 10:09:02 -0500\r\n\
         User-Agent: Sample MUA Version 1.0\r\n{body}"
    )
}

const PLAIN: &str = "Content-Type: text/plain; charset=\"utf-8\"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n\
                     This is the\r\nsmime-signed-enc-hp-baseline\r\nmessage.\r\n";

#[test]
fn the_baseline_has_the_structure_of_the_rfcs_example() {
    let (outer, inner) = text(&hide(alice("smime-signed-enc-hp-baseline", PLAIN).as_bytes(), SUBJECT));
    let id = "<736d696d652d736967@relay.example>";
    let id = if outer.contains(id) {
        id
    } else {
        "<736d696d652d7369@relay.example>"
    };
    assert_eq!(
        outer,
        format!(
            "From: \"Alice (alice@smime.example)\" <r-00ff@relay.example>\r\nTo: <ann@mailbox.example>\r\n\
             Subject: [...]\r\nDate: Sat, 20 Feb 2021 10:09:02 -0500\r\nMessage-ID: {id}\r\n\
             Sealpost-Loop: c0ffee\r\nMIME-Version: 1.0\r\n"
        )
    );
    assert_eq!(
        inner,
        format!(
            "Delivered-To: amber@relay.example\r\n\
             From: \"Alice (alice@smime.example)\" <r-00ff@relay.example>\r\nTo: <ann@mailbox.example>\r\n\
             Subject: smime-signed-enc-hp-baseline\r\nDate: Sat, 20 Feb 2021 10:09:02 -0500\r\nMessage-ID: {id}\r\n\
             Sealpost-Loop: c0ffee\r\n\
             HP-Outer: From: \"Alice (alice@smime.example)\" <r-00ff@relay.example>\r\n\
             HP-Outer: To: <ann@mailbox.example>\r\nHP-Outer: Subject: [...]\r\n\
             HP-Outer: Date: Sat, 20 Feb 2021 10:09:02 -0500\r\nHP-Outer: Message-ID: {id}\r\n\
             HP-Outer: Sealpost-Loop: c0ffee\r\n\
             Sealpost-Original-Subject: smime-signed-enc-hp-baseline\r\n\
             Sealpost-Original-Message-ID: <smime-signed-enc-hp-baseline@example>\r\n\
             Sealpost-Original-From: Alice <alice@smime.example>\r\nSealpost-Original-To: Bob <bob@smime.example>\r\n\
             Sealpost-Original-Date: Sat, 20 Feb 2021 10:09:02 -0500\r\n\
             Sealpost-Original-User-Agent: Sample MUA Version 1.0\r\n\
             MIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=\"utf-8\"; hp=\"cipher\";\r\n protected-headers=\"v1\"; hp-legacy-display=\"1\"\r\n\
             Content-Transfer-Encoding: 7bit\r\n\r\n\
             Subject: smime-signed-enc-hp-baseline\r\n\r\nThis is the\r\nsmime-signed-enc-hp-baseline\r\nmessage.\r\n"
        )
    );
}

#[test]
fn shy_takes_names_and_time_zone_away() {
    let (outer, inner) = text(&hide(alice("smime-signed-enc-hp-shy", PLAIN).as_bytes(), BOTH));
    assert!(outer.starts_with("From: <r-00ff@relay.example>\r\nTo: <ann@mailbox.example>\r\nSubject: [...]\r\n"));
    assert!(
        outer.contains("\r\nDate: Sat, 20 Feb 2021 15:09:02 +0000\r\n"),
        "{outer}"
    );
    for secret in ["Alice", "alice", "hp-shy@", "-0500"] {
        assert!(!outer.contains(secret), "{secret} in {outer}");
    }
    assert!(
        inner.contains("\r\nHP-Outer: Date: Sat, 20 Feb 2021 15:09:02 +0000\r\n"),
        "{inner}"
    );
    assert!(
        inner.contains("\r\nHP-Outer: From: <r-00ff@relay.example>\r\n"),
        "{inner}"
    );
    let at = inner.find("\r\n\r\n").unwrap();
    assert_eq!(
        &inner[at + 4..],
        "Subject: smime-signed-enc-hp-shy\r\nFrom: Alice (alice@smime.example) <r-00ff@relay.example>\r\n\
         Date: Sat, 20 Feb 2021 10:09:02 -0500\r\n\r\nThis is the\r\nsmime-signed-enc-hp-baseline\r\nmessage.\r\n"
    );
}

#[test]
fn the_sender_alone_can_be_hidden() {
    let (outer, inner) = text(&hide(alice("a subject", PLAIN).as_bytes(), SENDER));
    assert!(
        outer.contains("\r\nSubject: a subject\r\n") && !outer.contains("lice"),
        "{outer}"
    );
    assert!(
        !inner.contains("\r\n\r\nSubject"),
        "what stands outside need not be repeated: {inner}"
    );
}

#[test]
fn what_a_client_answers_to_is_the_relay_whatever_the_sender_wrote() {
    let hostile = "From: Mallory <alice@smime.example>\r\nReply-To: elsewhere@example.net\r\n\
                   HP-Outer: From: x@example.net\r\nSealpost-Original-From: forged@example.net\r\n\
                   Mail-Followup-To: elsewhere@example.net\r\nContent-Type: text/plain; hp=clear\r\n\r\nx";
    let (_, inner) = text(&hide(hostile.as_bytes(), BOTH));
    let message = Message::parse(inner.as_bytes());
    for name in ["Reply-To", "Mail-Followup-To", "Sender", "Cc"] {
        assert_eq!(message.count(name), 0, "{name}");
    }
    assert_eq!(message.count("From"), 1);
    assert!(
        inner.contains("Sealpost-Original-Reply-To: elsewhere@example.net\r\n"),
        "{inner}"
    );
    assert!(
        !inner.contains("forged@") && !inner.contains("x@example.net"),
        "{inner}"
    );
    assert_eq!(inner.matches("hp=").count(), 1, "{inner}");
}

/// The content of the text part as a reader sees it, and whether it is marked.
fn leaf(entity: &[u8], at: usize) -> (String, bool) {
    let parsed = MessageParser::new().parse(entity).unwrap();
    let part = &parsed.parts[at];
    let marked = mail_parser::MimeHeaders::content_type(part)
        .is_some_and(|content_type| content_type.attribute("hp-legacy-display") == Some("1"));
    (part.text_contents().unwrap_or_default().to_owned(), marked)
}

#[test]
fn a_text_gets_the_element_in_whatever_encoding_it_is_written() {
    let plain = |fields: &str, body: &[u8]| {
        let head = format!("Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n{fields}\r\n");
        let entity = hide(&[head.as_bytes(), body].concat(), SUBJECT).inner;
        leaf(&entity, 0)
    };
    let expected = ("Subject: Gr\u{fc}\u{df}e\r\n\r\nsch\u{f6}n\r\n".to_owned(), true);
    let typed = |charset: &str, encoding: &str| {
        format!("Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n")
    };
    assert_eq!(plain(&typed("utf-8", "8bit"), "sch\u{f6}n\r\n".as_bytes()), expected);
    assert_eq!(plain(&typed("utf-8", "quoted-printable"), b"sch=C3=B6n\r\n"), expected);
    assert_eq!(plain(&typed("iso-8859-1", "base64"), b"c2No9m4NCg==\r\n"), expected);
    assert_eq!(plain(&typed("iso-8859-1", "8bit"), b"sch\xf6n\r\n"), expected);
    assert_eq!(plain("", "sch\u{f6}n\r\n".as_bytes()), expected);
    assert_eq!(plain("Content-Type: broken\r\n", "sch\u{f6}n\r\n".as_bytes()), expected);
}

/// The parts of a multipart around the original: what stands above it, and the original's Content-Type and body.
fn apart(received: &str) -> (String, String) {
    let inner = hide(received.as_bytes(), SUBJECT).inner;
    let inner = String::from_utf8(inner.to_vec()).unwrap();
    let (header, body) = inner.split_once("\r\n\r\n").unwrap();
    let (_, from) = header
        .split_once("Content-Type: multipart/mixed; boundary=\"")
        .unwrap_or_else(|| panic!("{inner}"));
    assert!(header.contains("hp=\"cipher\""), "{header}");
    let boundary = &from[..from.find('"').unwrap()];
    let parts: Vec<_> = body.split(&format!("--{boundary}")).collect();
    assert_eq!(parts.len(), 4, "{inner}");
    (parts[1].to_owned(), parts[2].to_owned())
}

#[test]
fn what_no_text_can_hold_stands_above_the_original() {
    let alternatives = |last: &str| {
        format!(
            "Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain\r\n\r\nplain\r\n\
             --a\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n--a\r\n{last}\r\n--a--\r\n"
        )
    };
    let invitation =
        "Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";
    let all = alternatives(invitation);
    for original in [
        // A client shows the invitation in place of the texts beside it.
        invitation,
        &all,
        &format!("Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n{all}\r\n--m--\r\n"),
        &alternatives(
            "Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: image/png\r\n\r\nx\r\n--r--",
        ),
        "Content-Type: application/pdf\r\n\r\n%PDF\r\n",
        "Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nfile\r\n",
        "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: image/png\r\n\r\nx\r\n--m--\r\n",
        "Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\nSubject: other\r\n\r\nx\r\n--d--\r\n",
        // Nobody knows where its text begins.
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nabc\r\n",
    ] {
        let (above, below) = apart(&format!("Subject: s\r\n{original}"));
        assert_eq!(
            above,
            "\r\nContent-Type: text/plain; charset=us-ascii; hp-legacy-display=\"1\"\r\n\
             Content-Disposition: inline\r\n\r\nSubject: s\r\n\r\n\r\n\r\n"
        );
        assert_eq!(below, format!("\r\n{original}\r\n"));
    }
    // A text that no character set is known of holds it in ASCII.
    let html_last = alternatives("Content-Type: text/html\r\n\r\n<p>last</p>");
    let inner = hide(format!("Subject: s\r\n{html_last}").as_bytes(), SUBJECT).inner;
    let inner = String::from_utf8(inner.to_vec()).unwrap();
    assert_eq!(inner.matches("hp-legacy-display=\"1\"").count(), 3, "{inner}");
}

#[test]
fn html_gets_an_element_behind_the_tag_that_opens_its_body() {
    let html = |body: &str| {
        let entity = hide(
            format!("Subject: a <b> \u{fc}\r\nContent-Type: text/html\r\n\r\n{body}").as_bytes(),
            SUBJECT,
        )
        .inner;
        let entity = String::from_utf8(entity.to_vec()).unwrap();
        assert!(entity.contains("hp-legacy-display=\"1\""), "{entity}");
        entity.split_once("\r\n\r\n").unwrap().1.to_owned()
    };
    let element =
        "<div class=\"header-protection-legacy-display\">\r\n<pre>Subject: a &lt;b&gt; &#252;</pre>\r\n</div>\r\n";
    assert_eq!(
        html("<!DOCTYPE html><html><BODY title='>'><p>x</p></body></html>"),
        format!("<!DOCTYPE html><html><BODY title='>'>{element}<p>x</p></body></html>")
    );
    assert_eq!(
        html("<!-- <body> --><head><style>b{}</style></head><p>x"),
        format!("<!-- <body> --><head><style>b{{}}</style></head>{element}<p>x")
    );
    assert_eq!(html("<p>x"), format!("{element}<p>x"));
}

#[test]
fn every_main_body_part_gets_it_and_nothing_else_is_touched() {
    let nested = "Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"out er\"\r\n\r\npre\r\n\
        --out er\r\nContent-Type: multipart/alternative; boundary=in\r\nX-Kept: yes\r\n\r\n\
        --in\r\nX-Part: kept\r\n\r\nplain\r\n--in\r\nContent-Type: multipart/related; boundary=rel\r\n\r\n\
        --rel\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<b>=3D</b>\r\n\
        --rel\r\nContent-Type: text/plain\r\n\r\nnot this\r\n--rel--\r\n--in--\r\n\
        --out er\r\nContent-Type: text/plain\r\n\r\nnor this\r\n--out er--\r\npost\r\n";
    let (_, inner) = text(&hide(nested.as_bytes(), SUBJECT));
    assert_eq!(inner.matches("hp-legacy-display").count(), 2, "{inner}");
    assert!(
        inner.contains("boundary=\"out er\"; hp=\"cipher\";\r\n protected-headers=\"v1\"\r\n\r\npre\r\n--out er\r\n")
    );
    assert!(inner.contains("\r\n--in\r\nX-Part: kept\r\nContent-Type: text/plain; charset=us-ascii; hp-legacy-display=\"1\"\r\n\r\nSubject: s\r\n\r\nplain\r\n--in"));
    let html = STANDARD
        .encode("<div class=\"header-protection-legacy-display\">\r\n<pre>Subject: s</pre>\r\n</div>\r\n<b>=</b>");
    assert!(inner.replace("\r\n", "").contains(&html), "{inner}");
    for kept in [
        "X-Kept: yes\r\n",
        "\r\n\r\nnot this\r\n--rel--",
        "\r\n\r\nnor this\r\n--out er--\r\npost\r\n",
    ] {
        assert!(inner.contains(kept), "{kept}");
    }
}

#[test]
fn what_somebody_else_signed_or_encrypted_stays_as_it_is() {
    for kind in ["signed", "encrypted", "digest"] {
        let body = "--x\r\nContent-Type: text/plain\r\n\r\ntext\r\n--x\r\n\r\nother\r\n--x--\r\n";
        let received = format!("Subject: s\r\nContent-Type: multipart/{kind}; boundary=x\r\n\r\n{body}");
        let entity = hide(received.as_bytes(), SUBJECT).inner;
        let text = String::from_utf8(entity.to_vec()).unwrap();
        assert!(text.contains(body), "{kind}");
        // As a whole it has the element above it.
        let above = "hp-legacy-display=\"1\"\r\nContent-Disposition: inline\r\n\r\nSubject: s\r\n";
        assert!(text.contains(above), "{kind}: {text}");
    }
    // Without a Subject nothing is hidden. The sender's header must not be the innermost one all the same.
    let signed = "Content-Type: multipart/signed; boundary=x\r\n\r\n--x\r\n\r\ntext\r\n--x\r\n\r\nother\r\n--x--\r\n";
    let entity = hide(signed.as_bytes(), SUBJECT).inner;
    let text = String::from_utf8(entity.to_vec()).unwrap();
    assert!(text.contains("\r\nContent-Type: multipart/mixed; boundary="), "{text}");
    assert!(text.contains(signed), "{text}");
}

#[test]
fn a_text_that_cannot_hold_it_leaves_nothing_behind() {
    let received = "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
        --a\r\nContent-Type: text/plain\r\n\r\nplain words\r\n\
        --a\r\nContent-Type: text/plain; charset=x-nobody\r\n\r\nother words\r\n--a--\r\n";
    let (_, inner) = text(&hide(received.as_bytes(), SUBJECT));
    assert_eq!(inner.matches("multipart/alternative").count(), 1, "{inner}");
    assert_eq!(inner.matches("Content-Type: multipart/mixed").count(), 1, "{inner}");
}

#[test]
fn a_warning_has_the_element_above_it() {
    let seen = Seen {
        results: "Authentication-Results: relay.example; spf=fail\r\n".into(),
        warning: Some("Careful.".into()),
    };
    let address = "a@b.example".parse().unwrap();
    let facts = Facts {
        relay_address: &address,
        loop_mark: "c0ffee",
        mailbox: &address,
        sender: &(&address).into(),
        people: &People::default(),
        alias: &address,
        now: NOW,
        signed_with_time: false,
        seen: Some(&seen),
        hidden: SUBJECT,
        unsubscribe: None,
        message_id: &str::to_owned,
    };
    let received = b"Subject: s\r\nContent-Type: text/plain\r\n\r\nbody\r\n";
    let inner = rewrite(received, &facts).inner;
    let (warning, marked) = leaf(&inner, 1);
    assert_eq!((warning.as_str(), marked), ("Subject: s\r\n\r\nCareful.\r\n", true));
    let inner = String::from_utf8(inner.to_vec()).unwrap();
    assert!(inner.starts_with("Authentication-Results: relay.example; spf=fail\r\n"));
    assert!(
        inner.contains("\r\nContent-Type: text/plain\r\n\r\nbody\r\n"),
        "{inner}"
    );
    assert_eq!(inner.matches("hp=\"cipher\"").count(), 1);
}

/// Whatever was received: outside nothing of what is hidden; inside one From, of the relay; and a record of the outside.
pub(super) fn assert_protected(received: &[u8]) {
    let rewritten = hiding(received, "ann@mailbox.example", "bob@example.org", BOTH);
    let outer = Message::parse(rewritten.outer.as_bytes());
    let inner = Message::parse(&rewritten.inner);
    let raw = |field: Field<'_>| String::from_utf8(field.raw().to_vec()).unwrap();
    let outside: Vec<_> = outer
        .fields()
        .filter(|field| !field.is(header::MIME_VERSION))
        .map(raw)
        .collect();
    let recorded: Vec<_> = inner
        .all(header::HP_OUTER)
        .map(|field| raw(field).strip_prefix("HP-Outer: ").unwrap().to_owned())
        .collect();
    assert_eq!(outside, recorded);
    for field in outer.fields().filter(|field| !field.is(header::MIME_VERSION)) {
        assert_eq!(inner.count(field.name()), 1, "{}", field.name());
        let is_hidden = field.is(header::SUBJECT) && field.raw_value() != b" [...]\r\n";
        assert!(!is_hidden, "{}", raw(field));
    }
    assert_eq!(
        raw(outer.first(header::FROM).unwrap()),
        "From: <r-00ff@relay.example>\r\n"
    );
    let from = raw(inner.first(header::FROM).unwrap());
    assert!(from.trim_end().ends_with("<r-00ff@relay.example>"), "{from}");
    for answered in ["Reply-To", "Mail-Reply-To", "Mail-Followup-To", "Sender", "Cc", "Bcc"] {
        assert_eq!(inner.count(answered), 0, "{answered}");
    }
    let content_type = inner
        .first(header::CONTENT_TYPE)
        .and_then(crate::mail::value::content_type)
        .unwrap();
    assert_eq!(content_type.attribute("hp"), Some("cipher"));
}
