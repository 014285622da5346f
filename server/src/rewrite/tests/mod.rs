use mail_parser::MessageParser;
use proptest::prelude::*;
use time::macros::datetime;

use super::*;

mod dates;
mod hidden;
mod linear;

const NOW: OffsetDateTime = datetime!(2026-11-24 08:00 UTC);

fn rewritten(received: &[u8]) -> Rewritten {
    with(received, "ann@mailbox.example", "bob@example.org")
}

fn with(received: &[u8], mailbox: &str, sender: &str) -> Rewritten {
    hiding(received, mailbox, sender, Hidden::default())
}

pub(super) fn hiding(received: &[u8], mailbox: &str, sender: &str, hidden: Hidden) -> Rewritten {
    signed(received, (mailbox, sender), hidden, false)
}

pub(super) fn signed(
    received: &[u8],
    (mailbox, sender): (&str, &str),
    hidden: Hidden,
    signed_with_time: bool,
) -> Rewritten {
    let facts = Facts {
        relay_address: &"r-00ff@relay.example".parse().unwrap(),
        loop_mark: "c0ffee",
        mailbox: &mailbox.parse().unwrap(),
        sender: &sender.parse().unwrap(),
        people: &People::default(),
        alias: &"amber@relay.example".parse().unwrap(),
        now: NOW,
        signed_with_time,
        seen: None,
        hidden,
        unsubscribe: None,
        message_id: &|id| format!("{}@relay.example", hex::encode(id.bytes().take(8).collect::<Vec<_>>())),
    };
    rewrite(received, &facts)
}

fn outer(received: &str) -> String {
    String::from_utf8(rewritten(received.as_bytes()).outer.as_bytes().to_vec()).unwrap()
}

fn inner(received: &[u8]) -> String {
    String::from_utf8_lossy(&rewritten(received).inner).into_owned()
}

#[test]
fn the_outer_header_is_written_anew() {
    let received = "Received: x\r\nFrom: Bob <bob@example.org>\r\nTo: amber@relay.example\r\nCc: c@example.org\r\n\
                    Reply-To: elsewhere@example.net\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n\
                    Date: Mon, 23 Nov 2026 10:00:00 -0330\r\nMessage-ID: <m@x>\r\nIn-Reply-To: <r@x>\r\n\
                    References: <q@x> <r@x>\r\nPrecedence: list\r\nX-Other: y\r\n\r\ntext\r\n";
    assert_eq!(
        outer(received),
        "From: \"Bob (bob@example.org)\" <r-00ff@relay.example>\r\n\
         To: <ann@mailbox.example>\r\n\
         Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n\
         Date: Mon, 23 Nov 2026 10:00:00 -0330\r\n\
         Message-ID: <6d4078@relay.example>\r\n\
         In-Reply-To: <724078@relay.example>\r\n\
         References: <714078@relay.example> <724078@relay.example>\r\n\
         Precedence: list\r\n\
         Sealpost-Loop: c0ffee\r\n\
         MIME-Version: 1.0\r\n"
    );
}

#[test]
fn a_message_without_anything_gets_what_it_needs() {
    let header = outer("");
    assert!(
        header.contains("\r\nDate: Tue, 24 Nov 2026 08:00:00 +0000\r\nMessage-ID: <"),
        "{header}"
    );
    assert!(
        !header.contains("Subject") && !header.contains("References"),
        "{header}"
    );
    // Two messages without identifier are two; the same one twice is one.
    assert_ne!(outer("\r\na"), outer("\r\nb"));
    assert_eq!(outer("\r\na"), outer("\r\na"));
}

#[test]
fn a_date_that_cannot_be_written_is_not_repeated() {
    for date in [
        "",
        "yesterday",
        "Mon, 1 Jan 1850 00:00:00 +0000",
        "Mon, 31 Feb 9999 00:00:00 +9900",
    ] {
        assert!(
            outer(&format!("Date: {date}\r\n\r\n")).contains("\r\nDate: Tue, 24 Nov 2026 08:00:00 +0000\r\n"),
            "{date}"
        );
    }
}

#[test]
fn a_list_of_references_is_cut_in_its_middle() {
    let ids: Vec<_> = (0..500).map(|number| format!("<{number:03}@x>")).collect();
    let header = outer(&format!("References: {}\r\n\r\n", ids.join("\r\n ")));
    let parsed = MessageParser::new()
        .parse_headers(header.as_bytes())
        .unwrap()
        .into_owned();
    let kept = parsed.references().as_text_list().unwrap().to_vec();
    assert_eq!(kept.len(), 30);
    let pseudonym = |id: &str| format!("{}@relay.example", hex::encode(id));
    assert_eq!((&*kept[0], &*kept[1]), (&*pseudonym("000@x"), &*pseudonym("471@x")));
    assert_eq!(&*kept[29], pseudonym("499@x"));
}

#[test]
fn a_field_that_is_repeated_holds_a_keyword_or_nothing() {
    for value in [
        "auto-replied",
        "Auto-Replied; about=\"Acme invoice 4711\"",
        "auto-replied (of Bob)",
    ] {
        let outer = outer(&format!("Auto-Submitted: {value}\r\n\r\n"));
        assert!(outer.contains("\r\nAuto-Submitted: auto-replied\r\n"), "{outer}");
    }
    for bad in ["x <y@z>", "\u{fc}", "acme-invoice-4711", ""] {
        assert!(
            !outer(&format!("Auto-Submitted: {bad}\r\n\r\n")).contains("Auto-Submitted"),
            "{bad}"
        );
    }
}

#[test]
fn a_mailbox_beyond_ascii_stands_in_the_envelope_only() {
    let header = with(b"", "\u{e4}nne@mailbox.example", "b\u{f6}b@example.org").outer;
    let header = String::from_utf8(header.as_bytes().to_vec()).unwrap();
    assert!(
        header.is_ascii() && header.contains("\r\nTo: undisclosed-recipients:;\r\n"),
        "{header}"
    );
    let parsed = MessageParser::new()
        .parse_headers(header.as_bytes())
        .unwrap()
        .into_owned();
    assert_eq!(
        parsed.from().unwrap().first().unwrap().name(),
        Some("b\u{f6}b@example.org")
    );
}

#[test]
fn the_body_keeps_the_type_that_it_was_given() {
    let rest = |received: &[u8]| inner(received).split_once("\r\n").unwrap().1.to_owned();
    let us_ascii = "Content-Type: text/plain; charset=us-ascii\r\n\r\n";
    assert_eq!(rest(b"x"), format!("{us_ascii}x"));
    assert_eq!(rest(b"Content-Type: text\r\n\r\nx"), format!("{us_ascii}x"));
    assert_eq!(
        rest(b"\r\n\xc3\xbc"),
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\u{fc}"
    );
    assert_eq!(
        rest(
            b"Content-Type: TEXT/x;\r\n\ty=z\r\ncontent-type: a/b\r\nX: y\r\nContent-Transfer-Encoding: 8BIT\r\n\r\nx"
        ),
        "X: y\r\nContent-Type: TEXT/x;\r\n\ty=z\r\nContent-Transfer-Encoding: 8BIT\r\n\r\nx"
    );
    assert_eq!(rest(b"Subject: end"), format!("Subject: end\r\n{us_ascii}"));
}

#[test]
fn header_protection_is_never_claimed() {
    for claim in [
        "hp=cipher",
        "HP=\"clear\"",
        "hp*=utf-8''cipher",
        "hp*0=cip; hp*1=her",
        "Protected-Headers=v1",
        "(c)hp=cipher",
    ] {
        let entity = inner(format!("Content-Type: text/x; {claim}; a=\"b c\"\r\n\r\n").as_bytes()).to_lowercase();
        assert!(
            !entity.contains("hp") && !entity.contains("protected"),
            "{claim}: {entity}"
        );
        assert!(
            entity.contains("content-type: text/x; a=\"b c\"\r\n"),
            "{claim}: {entity}"
        );
    }
    let harmless = "Content-Type: multipart/mixed; boundary=\"xhp=hp*\"\r\n";
    assert!(inner(format!("{harmless}\r\n").as_bytes()).contains(harmless));
}

/// With a finding, and perhaps a warning.
/// RFC 9788 §1.1.1: the header in the innermost of layers that touch one another is the one that counts.
#[test]
fn what_is_signed_or_encrypted_itself_has_a_multipart_around_it() {
    let signed = "Content-Type: multipart/signed; boundary=s; protocol=\"application/pkcs7-signature\"\r\n\r\n\
                  --s\r\nFrom: bob@example.org\r\nContent-Type: text/plain; hp=\"clear\"\r\n\r\nx\r\n--s--\r\n";
    for layer in [
        signed,
        "content-type: application/PKCS7-mime; smime-type=signed-data\r\n\r\nMII\r\n",
        "Content-Type: application/x-pkcs7-mime\r\n\r\nMII\r\n",
        "Content-Type: multipart/encrypted; boundary=e\r\n\r\n--e--\r\n",
    ] {
        let received = format!("From: bob@example.org\r\nSubject: s\r\n{layer}");
        for hidden in [false, true].map(|subject| Hidden { subject, sender: false }) {
            let inner = hiding(received.as_bytes(), "ann@mailbox.example", "bob@example.org", hidden).inner;
            let inner = String::from_utf8(inner.to_vec()).unwrap();
            let (header, body) = inner.split_once("\r\n\r\n").unwrap();
            let content_type = header.lines().find(|line| line.starts_with("Content-Type")).unwrap();
            assert!(content_type.starts_with("Content-Type: multipart/mixed;"), "{inner}");
            assert_eq!(content_type.contains("hp=\"cipher\""), hidden.subject, "{inner}");
            assert!(body.contains(&format!("\r\n{layer}\r\n--")), "byte for byte: {inner}");
            assert_eq!(
                body.contains("hp-legacy-display=\"1\"\r\nContent-Disposition: inline\r\n\r\nSubject: s\r\n"),
                hidden.subject,
                "{inner}"
            );
        }
    }
    let plain = inner(b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m--\r\n");
    assert!(
        plain.contains("Content-Type: multipart/mixed; boundary=m\r\n"),
        "{plain}"
    );
}

fn told(received: &[u8], warning: Option<&str>) -> Vec<u8> {
    let seen = Seen {
        results: "Authentication-Results: relay.example; spf=none\r\n".into(),
        warning: warning.map(str::to_owned),
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
        hidden: Hidden::default(),
        unsubscribe: None,
        message_id: &str::to_owned,
    };
    rewrite(received, &facts).inner.to_vec()
}

#[test]
fn a_header_without_a_character_set_is_read_in_that_of_the_text() {
    let received = b"From: \xd5\xc5\xc8\xfd <bob@example.org>\r\nSubject: \xbb\xe1\xd2\xe9\r\n\
                     Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\n\
                     Content-Type: text/plain; charset=\"GBK\"\r\n\r\n\xc4\xfa\xba\xc3\r\n--x--\r\n";
    let header = rewritten(received).outer;
    let parsed = MessageParser::new()
        .parse_headers(header.as_bytes())
        .unwrap()
        .into_owned();
    assert_eq!(parsed.subject(), Some("\u{4f1a}\u{8bae}"));
    let name = parsed.from().unwrap().first().unwrap().name().unwrap().to_owned();
    assert_eq!(name, "\u{5f20}\u{4e09} (bob@example.org)");
}

#[test]
fn the_finding_stands_above_all_and_alone() {
    let forged = b"Authentication-Results: relay.example; spf=pass\r\nSealpost-X: y\r\nSubject: s\r\n\r\nbody";
    let entity = String::from_utf8(told(forged, None)).unwrap();
    assert_eq!(
        entity,
        "Authentication-Results: relay.example; spf=none\r\nDelivered-To: a@b.example\r\nSubject: s\r\n\
         Content-Type: text/plain; charset=us-ascii\r\n\r\nbody"
    );
}

#[test]
fn a_warning_is_a_part_above_the_original_which_stays_as_it_is() {
    let multipart = b"Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
                      --x\r\n\r\nfirst\r\n--x\r\n\r\nsecond\r\n--x--";
    for (received, warning) in [
        (&multipart[..], "Careful."),
        (b"Subject: s\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n\r\n", "Careful."),
        (
            b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\neA==",
            "Vorsicht, M\u{fc}ller.",
        ),
        (b"", "Careful."),
    ] {
        let entity = told(received, Some(warning));
        let parsed = MessageParser::new().parse(&entity).unwrap();
        let root = parsed.root_part();
        assert_eq!(root.sub_parts().unwrap().len(), 2, "{}", entity.escape_ascii());
        assert_eq!(parsed.body_text(0).unwrap().trim_end(), warning);
        // RFC 9788 §5.2.2: a client may leave out a text with this parameter.
        assert!(!crate::mail::mime::contains(&entity, "hp-legacy-display"));
        let original = &parsed.parts[root.sub_parts().unwrap()[1] as usize];
        let body = Message::parse(received).body();
        assert_eq!(
            &entity[original.raw_body_offset() as usize..original.raw_end_offset() as usize],
            body
        );
        let in_header = Message::parse(&entity);
        assert_eq!(in_header.count("Content-Type"), 1);
        assert_eq!(
            in_header.count("Content-Transfer-Encoding"),
            usize::from(!body.is_ascii())
        );
    }
}

/// Whatever stands outside can be read by anyone: 7-bit, short lines, only our own fields, each once.
fn assert_harmless(header: &[u8]) {
    let header = std::str::from_utf8(header).unwrap();
    assert!(header.is_ascii() && header.ends_with("\r\n"), "{header:?}");
    let mut seen = Vec::new();
    for line in header.strip_suffix("\r\n").unwrap().split("\r\n") {
        assert!(
            line.len() <= 998 && !line.chars().any(|c| c.is_ascii_control() && c != '\t'),
            "{line:?}"
        );
        assert!(!line.trim().is_empty(), "{header:?}");
        if !line.starts_with(' ') {
            let name = line.split_once(": ").unwrap().0;
            assert!(!seen.contains(&name), "{name} twice in {header:?}");
            seen.push(name);
        }
    }
    let ours = [
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
    ];
    assert!(seen.iter().all(|name| ours.contains(name)), "{seen:?}");
    let parsed = MessageParser::new().parse_headers(header.as_bytes()).unwrap();
    let from: Vec<_> = parsed.from().unwrap().iter().collect();
    assert_eq!(from.len(), 1, "{header:?}");
    assert_eq!(from[0].address(), Some("r-00ff@relay.example"), "{header:?}");
    assert!(
        from[0].name().unwrap().ends_with("bob@example.org") || from[0].name().unwrap().ends_with("(bob@example.org)")
    );
}

fn assert_exact(received: &[u8]) {
    hidden::assert_protected(received);
    let rewritten = rewritten(received);
    assert_harmless(rewritten.outer.as_bytes());
    // What is inside is a message again, with the body that was there.
    let body = Message::parse(received).body();
    assert_eq!(Message::parse(&rewritten.inner).body(), body);
    assert!(received.ends_with(body));
}

/// Values that a parser or writer of header fields could stumble on.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::collection::vec(any::<u8>().prop_filter("no line end", |byte| *byte != b'\n'), 0..40),
        "\\PC{0,30}".prop_map(String::into_bytes),
        "=\\?(utf-8|iso-8859-1|x)\\?[bBqQ]\\?[A-Za-z0-9+/=_]{0,40}\\?=".prop_map(String::into_bytes),
        "(<?[a-z]{1,9}@[a-z.]{1,9}>?[,; ]{0,2}){1,9}".prop_map(String::into_bytes),
        "bob@example.org|<bob@example.org>|[ \t\"()<>\\\\:;,@]{1,9}".prop_map(String::into_bytes),
        "(hp|protected-headers|boundary|charset)\\*?0?=[a-z\"]{0,9}".prop_map(String::into_bytes),
        Just(b"\r\n ".to_vec()),
        Just(vec![b'x'; 1200]),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn message() -> impl Strategy<Value = Vec<u8>> {
    let name = proptest::sample::select(vec![
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Auto-Submitted",
        "Precedence",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
        "X-Any",
        "from",
        ">From ",
        "",
        "Bcc ",
    ]);
    let field = (name, value()).prop_map(|(name, value)| [name.as_bytes(), b":", &value, b"\r\n"].concat());
    let body = proptest::collection::vec(any::<u8>(), 0..80);
    (proptest::collection::vec(field, 0..12), any::<bool>(), body).prop_map(|(fields, separated, body)| {
        let empty_line: &[u8] = if separated { b"\r\n" } else { b"" };
        [&fields.concat()[..], empty_line, &body].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn any_octets_can_be_rewritten(received in proptest::collection::vec(any::<u8>(), 0..400)) {
        assert_exact(&received);
    }

    #[test]
    fn any_header_can_be_rewritten(received in message()) {
        assert_exact(&received);
    }
}
