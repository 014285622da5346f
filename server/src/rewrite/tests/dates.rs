//! Date outside and the time of the signature: never far apart.

use super::*;

const HOURS: [(&str, bool); 9] = [
    ("Tue, 24 Nov 2026 08:00:00 +0000", true),
    ("Tue, 24 Nov 2026 07:10:00 +0000", true),
    ("Tue, 24 Nov 2026 08:50:00 +0000", true),
    ("Tue, 24 Nov 2026 13:20:00 +0530", true),
    ("Tue, 24 Nov 2026 07:09:59 +0000", false),
    ("Tue, 24 Nov 2026 08:50:01 +0000", false),
    ("Tue, 24 Nov 2026 05:00:00 +0000", false),
    ("Tue, 24 Nov 2026 10:00:00 +0000", false),
    ("Mon, 23 Nov 2026 13:30:00 +0530", false),
];

const RELAYED: &str = "Tue, 24 Nov 2026 08:00:00 +0000";

fn letter(date: &str) -> String {
    format!("From: bob@example.org\r\nSubject: s\r\n{date}Content-Type: text/plain\r\n\r\nbody\r\n")
}

/// Outer header and entity, signed in a way that tells its time or not.
fn sealed(date: &str, hidden: Hidden, signed_with_time: bool) -> (OffsetDateTime, String, String) {
    let people = ("ann@mailbox.example", "bob@example.org");
    let rewritten = signed(letter(date).as_bytes(), people, hidden, signed_with_time);
    let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
    (rewritten.date, text(rewritten.outer.as_bytes()), text(&rewritten.inner))
}

#[test]
fn a_signature_without_time_leaves_date_as_it_is() {
    for (date, close) in HOURS {
        let (told, outer, inner) = sealed(&format!("Date: {date}\r\n"), Hidden::default(), false);
        assert!(outer.contains(&format!("\r\nDate: {date}\r\n")), "{outer}");
        assert_eq!(agree(told, NOW), close, "{date}");
        assert!(inner.ends_with("Content-Type: text/plain\r\n\r\nbody\r\n"), "{inner}");
    }
}

#[test]
fn a_signature_with_time_has_a_date_that_agrees_and_the_senders_is_shown() {
    for (date, close) in HOURS {
        let (told, outer, inner) = sealed(&format!("Date: {date}\r\n"), Hidden::default(), true);
        assert!(agree(told, NOW), "{date}");
        let outside = if close { date } else { RELAYED };
        assert!(outer.contains(&format!("\r\nDate: {outside}\r\n")), "{outer}");
        // As a field, for clients that know RFC 9788, and above the text for all others.
        let shown = inner.contains(&format!("\r\n\r\nDate: {date}\r\n\r\nbody\r\n"));
        let recorded = inner.contains(&format!("\r\nHP-Outer: Date: {RELAYED}\r\n"));
        assert_eq!((shown, recorded), (!close, !close), "{inner}");
        assert!(inner.contains(&format!("\r\nDate: {date}\r\n")), "{inner}");
        assert!(
            outer.contains("\r\nSubject: s\r\n") && !inner.contains("\r\n\r\nSubject:"),
            "{inner}"
        );
    }
}

#[test]
fn a_date_that_is_missing_or_cannot_be_read_is_the_moment_of_relaying() {
    for date in [
        "",
        "Date: yesterday\r\n",
        "Date: Mon, 31 Feb 9999 00:00:00 +9900\r\n",
        // RFC 5322 §3.3 begins with 1900, and UTC is an hour behind.
        "Date: Mon, 01 Jan 1900 00:30:00 +0100\r\n",
    ] {
        for signed_with_time in [false, true] {
            let (told, outer, inner) = sealed(date, Hidden::default(), signed_with_time);
            assert_eq!(told, NOW, "{date}");
            assert!(outer.contains(&format!("\r\nDate: {RELAYED}\r\n")), "{outer}");
            assert!(inner.contains(date) && inner.ends_with("\r\n\r\nbody\r\n"), "{inner}");
        }
    }
}

#[test]
fn a_hidden_sender_has_no_time_zone_outside() {
    let hidden = Hidden {
        subject: false,
        sender: true,
    };
    for (date, outside) in [
        ("Tue, 24 Nov 2026 13:20:00 +0530", "Tue, 24 Nov 2026 07:50:00 +0000"),
        ("Mon, 23 Nov 2026 13:30:00 +0530", RELAYED),
    ] {
        let (_, outer, inner) = sealed(&format!("Date: {date}\r\n"), hidden, true);
        assert!(outer.contains(&format!("\r\nDate: {outside}\r\n")), "{outer}");
        assert!(inner.contains(&format!("\r\nDate: {date}\r\n\r\nbody")), "{inner}");
    }
}
