use mail_auth::{AuthenticatedMessage, dkim::Signature};

use super::*;

const GMAIL: &[&str] = &[
    "mime-version",
    "from",
    "date",
    "message-id",
    "subject",
    "to",
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "reply-to",
];
const ICLOUD: &[&str] = &[
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
];
const NONE: &[&str] = &["from"];

fn is_clear(h: &[&str], message: &str) -> bool {
    let message = format!("From: a@b.org\r\n{message}");
    let signature = Signature {
        h: h.iter().map(|name| (*name).to_owned()).collect(),
        ..Signature::default()
    };
    let ours = Message::parse(message.as_bytes());
    let theirs = AuthenticatedMessage::parse(message.as_bytes()).unwrap();
    super::is_clear(&ours, &Covered::new(&ours, &theirs, &signature))
}

const TWO: &str = "--x\r\nContent-Type: text/plain\r\n\r\na\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>a\r\n--x--\r\n";

#[test]
fn what_the_great_providers_sign_is_clear() {
    let alternative = format!("Content-Type: multipart/alternative; boundary=\"x\"\r\n\r\n{TWO}");
    let preamble = alternative.replace(
        "\r\n\r\n--x",
        "\r\n\r\nThis is a multi-part message in MIME format.\r\n--x",
    );
    for message in [
        "Content-Type: text/plain; charset=\"UTF-8\"\r\n\r\nOkay\r\n",
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n-- \r\nAnn\r\n",
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nR3LDvMOfZQ==\r\n",
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=\r\n=C3=9Fe a=3Db\r\n",
        "Content-Type: text/html; charset=utf-8\r\n\r\n<html><body>Hello\r\n",
        "Content-Type: application/pkcs7-mime; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=smime.p7m\r\n\r\nMIAGCSqGSIb3DQEHA6CAMIACAQ==\r\n",
        "\r\nplain\r\n",
        &alternative,
        &preamble,
    ] {
        for h in [GMAIL, ICLOUD, NONE] {
            assert!(is_clear(h, message), "{h:?} {message}");
        }
    }
}

#[test]
fn a_body_has_one_type_if_none_is_covered() {
    let mixed = TWO.replace("text/html\r\n", "text/plain\r\n");
    let encrypted = TWO.replacen("text/plain", "application/pgp-encrypted", 1);
    let signed = TWO.replace("text/html", "application/pgp-signature");
    let nested = format!("--o\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n{TWO}\r\n--o--\r\n");
    for (kind, body) in [
        ("multipart/alternative; boundary=y", TWO),
        ("multipart/alternative; boundary=X", TWO),
        ("multipart/mixed; boundary=x", TWO),
        ("multipart/mixed", TWO),
        ("text/plain", TWO),
        ("text/html", TWO),
        ("multipart/mixed; boundary=x", &nested),
        ("multipart/alternative; boundary=x", &mixed),
        ("multipart/signed; boundary=x", &mixed),
        ("multipart/encrypted; boundary=x", &mixed),
        ("multipart/mixed; boundary=x", &encrypted),
        ("multipart/mixed; boundary=x", &signed),
        ("multipart/related; boundary=x; start=\"<b>\"", &mixed),
        ("multipart/mixed; boundary=x", "Mine.\r\n--x\r\n\r\nhis\r\n--x--\r\n"),
        ("multipart/mixed; boundary=x", "--x\r\n\r\nhis\r\n--x--\r\nMine.\r\n"),
        ("text/plain", "<p>HTML\r\n"),
        ("text/html", "text\r\n"),
        ("text/plain; charset=utf-7", "+AGE-\r\n"),
        ("text/plain; charset=iso-2022-jp", "\x1b$BF|\x1b(B\r\n"),
        ("text/plain; charset=iso-8859-1", "Gr\u{fc}\u{df}e\r\n"),
        ("text/plain; charset=utf-8; delsp=yes", "a \r\n"),
        ("application/pkcs7-mime", "text\r\n"),
        ("message/rfc822", "Subject: x\r\n\r\ntext\r\n"),
        ("text/calendar", "BEGIN:VCALENDAR\r\n"),
        ("text", "text\r\n"),
    ] {
        let message = format!("Content-Type: {kind}\r\n\r\n{body}");
        assert!(!is_clear(GMAIL, &message), "{message}");
        let covered = [
            GMAIL,
            &["content-type", "content-transfer-encoding", "content-disposition"],
        ]
        .concat();
        assert!(is_clear(&covered, &message), "{message}");
    }
    for (kind, body) in [
        ("mixed", &mixed),
        ("related", &mixed),
        ("encrypted", &encrypted),
        ("signed", &signed),
    ] {
        assert!(
            is_clear(
                GMAIL,
                &format!("Content-Type: multipart/{kind}; boundary=x\r\n\r\n{body}")
            ),
            "{kind}"
        );
    }
}

#[test]
fn a_body_has_one_encoding_if_none_is_covered() {
    for (encoding, body) in [
        ("base64", "text"),
        ("quoted-printable", "a=42"),
        ("quoted-printable", "a=4"),
        ("quoted-printable", "a=c3=bc"),
        ("quoted-printable", "Gr\u{fc}\u{df}e"),
        ("7bit", "a=3D"),
        ("7bit", "soft=\r\nbreak"),
        ("7bit", "bGlrZSBiYXNlNjQ="),
        ("7bit", "bGlrZSBiYXNlNjQuLi4hbm93"),
        ("x-uuencode", "text"),
    ] {
        let message = format!(
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}\r\n"
        );
        assert!(!is_clear(ICLOUD, &message), "{message}");
        assert!(
            is_clear(&[ICLOUD, &["content-transfer-encoding"]].concat(), &message),
            "{message}"
        );
    }
    let multipart =
        format!("Content-Type: multipart/mixed; boundary=x\r\nContent-Transfer-Encoding: base64\r\n\r\n{TWO}");
    assert!(!is_clear(ICLOUD, &multipart));
}

#[test]
fn a_second_field_is_never_clear() {
    let all = &["content-type", "content-transfer-encoding", "content-disposition"];
    for field in [
        "Content-Type: text/plain",
        "Content-Transfer-Encoding: 7bit",
        "Content-Disposition: inline",
    ] {
        assert!(is_clear(all, &format!("{field}\r\n\r\ntext\r\n")), "{field}");
        assert!(
            !is_clear(all, &format!("{field}\r\n{field}\r\n\r\ntext\r\n")),
            "{field}"
        );
        assert!(
            !is_clear(GMAIL, &format!("{field}\r\n{field}\r\n\r\ntext\r\n")),
            "{field}"
        );
    }
    assert!(!is_clear(
        GMAIL,
        "Content-Disposition: attachment; filename=a.txt\r\n\r\ntext\r\n"
    ));
}
