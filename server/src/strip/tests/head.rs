//! The header that leaves.

use super::*;

#[test]
fn the_header_is_written_anew() {
    let message = "Received: from laptop.lan ([192.0.2.7])\r\nReturn-Path: <ann.lee@mailbox.example>\r\n\
        From: Ann Lee <ann.lee@mailbox.example>\r\nSender: ann.lee@mailbox.example\r\nReply-To: ann.lee@mailbox.example\r\n\
        To: \"Bob Example (bob@example.com)\" <r-0b@relay.example>\r\nBcc: x@example.org\r\n\
        Subject: Re: for ann.lee@mailbox.example\r\nDate: Tue, 24 Nov 2026 10:00:00 +0530\r\n\
        Message-ID: <a@mailbox.example>\r\nIn-Reply-To: <known.1@relay.example>\r\n\
        References: <known.0@relay.example> <other@x.example>\r\n <known.1@relay.example>\r\nUser-Agent: Client/1\r\n\
        X-Mailer: Client\r\nAutocrypt: addr=ann.lee@mailbox.example\r\nImportance: high\r\nThread-Index: x\r\n\
        Auto-Submitted: auto-replied; owner-email=\"ann.lee@mailbox.example\"\r\n\r\nHello\r\n";
    assert_eq!(
        plain(message),
        "From: \"Amber\" <amber@relay.example>\r\nTo: \"Bob Example\" <bob@example.com>\r\n\
         Subject: Re: for amber@relay.example\r\nDate: Tue, 24 Nov 2026 09:00:00 +0000\r\n\
         Message-ID: <new@relay.example>\r\nIn-Reply-To: <out.1@relay.example>\r\n\
         References: <out.0@relay.example> <out.1@relay.example>\r\nAuto-Submitted: auto-replied\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=\"utf-8\"\r\n\
         Content-Transfer-Encoding: 7bit\r\n\r\nHello\r\n"
    );
}

#[test]
fn to_and_cc_are_contacts_or_nobody() {
    let people = |head: &str| {
        let message = plain(&format!("{head}\r\n\r\nx"));
        (
            field(&message, "To").unwrap().to_owned(),
            field(&message, "Cc").map(str::to_owned),
        )
    };
    let bob = "<bob@example.com>".to_owned();
    assert_eq!(people("To: r-0b@relay.example"), (bob.clone(), None));
    assert_eq!(people("Subject: no To"), (bob.clone(), None));
    assert_eq!(people("To: undisclosed-recipients:;"), (bob.clone(), None));
    assert_eq!(
        people("To: Friends: Bob <R-0B@relay.example>, Amber <amber@relay.example>;\r\nCc: Ann.Lee@mailbox.example"),
        ("\"Bob\" <bob@example.com>".into(), None)
    );
    assert_eq!(
        people(
            "To: \"'Bob (bob@example.com)'\" <r-0b@relay.example>\r\nCc: r-0b@relay.example, \"bob@example.com\" <r-0c@relay.example>"
        ),
        ("\"Bob\" <bob@example.com>".into(), Some("<carol+x@example.net>".into()))
    );
    assert_eq!(
        people("To: amber@relay.example\r\nCc: r-0b@relay.example"),
        ("undisclosed-recipients:;".into(), Some(bob))
    );
}

#[test]
fn anybody_else_in_to_or_cc_stops_the_reply() {
    for head in [
        "To: mallory@example.org",
        "To: r-0b@relay.example\r\nCc: r-99@relay.example",
        "To: r-0b@relay.example\r\nTo: mallory@example.org",
        "To: r-0b@relay.example, nobody",
        "Cc: r-0b@relay.example.org",
    ] {
        let error = Scene::default().strip(&format!("{head}\r\n\r\nx"), "\r\nx").err();
        assert_eq!(error, Some(StripError::Recipient), "{head}");
    }
}

#[test]
fn a_protected_subject_wins() {
    let subject = |outer: &str, entity: &str| {
        let message = stripped(&format!("Subject: {outer}\r\n\r\n"), &format!("{entity}\r\n\r\nx"));
        field(&message, "Subject").map(str::to_owned)
    };
    let inner = "Content-Type: text/plain; hp=\"cipher\"\r\nSubject: inner";
    assert_eq!(subject("[...]", inner).as_deref(), Some("inner"));
    assert_eq!(subject("Re: outer", inner).as_deref(), Some("inner"));
    assert_eq!(
        subject(
            "...",
            "Content-Type: text/plain; protected-headers=\"v1\"\r\nSubject: inner"
        )
        .as_deref(),
        Some("inner")
    );
    assert_eq!(subject("outer", "Subject: inner").as_deref(), Some("outer"));
    assert_eq!(
        subject("...", "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe=0D=0ABcc:_x?=").as_deref(),
        Some("=?utf-8?B?R3LDvMOfZSBCY2M6IHg=?=")
    );
    assert_eq!(subject("...", "X: y").as_deref(), Some("..."));
}

#[test]
fn a_subject_is_decoded_once() {
    let message = plain("Subject: =?utf-8?Q?=3D=3Futf-8=3FQ=3Fann=3D40x=3F=3D?=\r\n\r\nx");
    assert_eq!(field(&message, "Subject"), Some("= ?utf-8?Q?ann=40x?="));
}

#[test]
fn references_have_a_limit() {
    let ids: String = (0..100).map(|id| format!(" <known.{id}@x>\r\n")).collect();
    let message = plain(&format!("References:{ids}\r\nx"));
    let head = message.split_once("MIME-Version").unwrap().0;
    assert_eq!(head.matches("<out.").count(), 30);
    assert!(
        head.contains("<out.0@x>") && head.contains("<out.71@x>") && head.contains("<out.99@x>"),
        "{head}"
    );
}

#[test]
fn the_names_of_from_and_sender_are_read_in_every_form() {
    for (header, expected) in [
        ("From: Ann Lee <a@b.example>\r\n", &["Ann Lee"][..]),
        ("From: \"Lee, Ann\" <a@b.example>\r\n", &["Lee, Ann"]),
        ("From: =?utf-8?Q?Ann_L=C3=A9e?= <a@b.example>\r\n", &["Ann L\u{e9}e"]),
        (
            "Sender: Office <o@b.example>\r\nFrom: Ann Lee <a@b.example>\r\n",
            &["Ann Lee", "Office"],
        ),
        ("From: a@b.example\r\nTo: Bob <b@b.example>\r\n", &[]),
    ] {
        assert_eq!(
            own_names(&Message::parse(format!("{header}\r\n").as_bytes())),
            expected,
            "{header}"
        );
    }
}
