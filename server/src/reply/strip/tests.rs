//! The whole of stripping, on messages in the lines of the test; and on any octets at all.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing unwrap is a failing test")]

use std::convert::Infallible;

use app::address::EmailAddress;
use proptest::prelude::*;
use rand_core::{TryCryptoRng, TryRng};
use time::{OffsetDateTime, macros::datetime};

use super::*;

/// A person, an alias and two contacts.
pub struct Scene {
    pub mailbox: EmailAddress,
    alias: EmailAddress,
    bob: EmailAddress,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            mailbox: "ann.lee@mailbox.example".parse().unwrap(),
            alias: "amber@relay.example".parse().unwrap(),
            bob: "bob@example.com".parse().unwrap(),
        }
    }
}

const NOW: OffsetDateTime = datetime!(2026-11-24 10:00:00 +1);

impl Scene {
    pub fn facts(&self) -> Facts<'_> {
        Facts {
            alias: &self.alias,
            alias_name: Some("Amber"),
            mailbox: &self.mailbox,
            contacts: &|address| {
                let contact = match &*address.folded() {
                    "r-0b@relay.example" => "bob@example.com",
                    "r-0c@relay.example" => "carol+x@example.net",
                    _ => return None,
                };
                contact.parse().ok()
            },
            contact: &self.bob,
            message_id: &|id| id.strip_prefix("known.").map(|id| format!("out.{id}")),
            own_message_id: "new@relay.example",
            now: NOW,
        }
    }

    fn strip(&self, message: &str, entity: &str) -> Result<String, StripError> {
        let stripped = strip(
            &Message::parse(message.as_bytes()),
            entity.as_bytes(),
            &self.facts(),
            &mut Counting(0),
        )?;
        Ok(String::from_utf8(stripped.as_bytes().to_vec()).unwrap())
    }
}

/// No randomness at all: each draw is the next number.
struct Counting(u64);

impl TryRng for Counting {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.try_next_u64()? as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 += 1;
        Ok(self.0)
    }

    fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), Infallible> {
        self.0 += 1;
        octets.fill(0);
        octets[0] = self.0 as u8;
        octets[1] = (self.0 >> 8) as u8;
        Ok(())
    }
}

impl TryCryptoRng for Counting {}

fn stripped(message: &str, entity: &str) -> String {
    Scene::default().strip(message, entity).unwrap()
}

/// The message's own entity, as it is for one that was not sealed.
fn plain(message: &str) -> String {
    stripped(message, message)
}

fn field<'m>(message: &'m str, name: &str) -> Option<&'m str> {
    let head = message.split("\r\n\r\n").next()?;
    let start = format!("{name}: ");
    head.split("\r\n").find_map(|line| line.strip_prefix(&*start))
}

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
fn a_header_repeated_in_the_text_goes() {
    for (kind, text, expected) in [
        (
            "text/plain",
            "Subject: secret\r\nTo: Bob\r\n\r\nHello\r\n\r\nAnn",
            "Hello\r\n\r\nAnn",
        ),
        (
            "text/html",
            "<body><div class=\"header-protection-legacy-display\"><pre>Subject: x</pre></div><p>Hello",
            "<body><p>Hello",
        ),
    ] {
        let entity = |mark: &str| format!("Content-Type: {kind}; {mark}; hp=cipher\r\n\r\n{text}");
        let body = |entity: &str| {
            stripped("", entity)
                .split_once("\r\n\r\n")
                .unwrap()
                .1
                .trim_end()
                .to_owned()
        };
        assert_eq!(body(&entity("hp-legacy-display=\"1\"")), expected);
        assert!(body(&entity("x=y")).contains("Subject"));
    }
}

#[test]
fn a_file_in_html_is_a_file() {
    let html = |placed: &str| {
        let entity = format!(
            "Content-Type: text/html; name=a.html\r\nContent-Disposition: {placed}\r\n\r\n<meta name=generator><img src=cid:x>"
        );
        stripped("", &entity)
    };
    assert!(html("attachment").ends_with("PG1ldGEgbmFtZT1nZW5lcmF0b3I+PGltZyBzcmM9Y2lkOng+\r\n"));
    assert!(html("inline").ends_with("\r\n\r\n<img src=cid:x>\r\n"));
}

#[test]
fn text_is_decoded_replaced_and_encoded() {
    for (entity, expected) in [
        (
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
             On Monday, Bob (bob@example.com) <r-0=\r\nb@relay.example> wrote:\r\n> ann.lee=40mailbox.exa=\r\nmple\r\n",
            "On Monday, Bob (bob@example.com) <bob@example.com> wrote:\r\n> amber@relay.example\r\n",
        ),
        (
            "Content-Type: text/plain; charset=utf-16le\r\nContent-Transfer-Encoding: base64\r\n\r\n\
             YQBuAG4ALgBsAGUAZQBAAG0AYQBpAGwAYgBvAHgALgBlAHgAYQBtAHAAbABlAA==\r\n",
            "amber@relay.example\r\n",
        ),
        (
            "Content-Type: text/html\r\n\r\n<a href=\"mailto:r-0c%40relay.example\">r-0c&#64;relay.example</a>",
            "<a href=\"mailto:carol%2Bx%40example.net\">carol+x&#64;example.net</a>\r\n",
        ),
        (
            "Content-Type: text/plain; charset=us-ascii; format=flowed; delsp=yes\r\n\r\nann.lee@mail \r\nbox.example\r\n",
            "amber@relay.example\r\n",
        ),
    ] {
        let message = stripped("", entity);
        let body = message.split_once("\r\n\r\n").unwrap().1;
        assert_eq!(body, expected, "{message}");
        assert!(
            message.contains("charset=\"utf-8\"") && !message.contains("delsp"),
            "{message}"
        );
    }
}

#[test]
fn files_keep_their_octets_and_lose_their_labels() {
    let message = stripped(
        "",
        "Content-Type: application/pdf; name=\"C:\\\\Users\\\\ann\\\\plan.pdf\"; x-apple=1\r\n\
         Content-Disposition: attachment; filename*=utf-8''Pl%C3%A4ne.pdf; creation-date=\"x\"; size=3\r\n\
         Content-ID: <part1@mailbox.example>\r\nContent-Description: secret\r\nX-Attachment-Id: f_1\r\n\
         Content-Location: file:///home/ann/x\r\nContent-Transfer-Encoding: base64\r\n\r\nAP8K\r\n",
    );
    let body = message.split_once("MIME-Version: 1.0\r\n").unwrap().1;
    assert_eq!(
        body,
        "Content-Type: application/pdf; name*=UTF-8''Pl%C3%A4ne.pdf\r\n\
         Content-Disposition: attachment; filename*=UTF-8''Pl%C3%A4ne.pdf\r\n\
         Content-ID: <02000000000000000000000000000000@relay.example>\r\n\
         Content-Transfer-Encoding: base64\r\n\r\nAP8K\r\n"
    );
}

#[test]
fn a_text_file_is_untouched_unless_it_names_somebody() {
    let file = |text: &str| {
        let entity = format!(
            "Content-Type: text/csv; charset=iso-8859-1; name=a.csv\r\nContent-Disposition: attachment\r\n\r\n{text}"
        );
        stripped("", &entity)
    };
    assert!(file("a;b\n").ends_with("\r\n\r\nYTtiCg==\r\n"));
    assert!(file("a;b\n").contains("charset=\"iso-8859-1\""));
    let changed = file("ann.lee@mailbox.example\n");
    assert!(
        changed.contains("charset=\"utf-8\"") && changed.ends_with("YW1iZXJAcmVsYXkuZXhhbXBsZQo=\r\n"),
        "{changed}"
    );
}

#[test]
fn references_and_identifiers_change_together() {
    let message = stripped(
        "",
        "Content-Type: multipart/related; boundary=\"Apple-Mail=_X\"; type=\"text/html\"\r\n\r\npreamble\r\n\
         --Apple-Mail=_X\r\nContent-Type: text/html\r\n\r\n<img src=\"cid:p1%40mailbox.example\"><img src=\"cid:gone@mailbox.example\">\r\n\
         <blockquote cite=\"mid:known.1@x\"><blockquote cite=\"mid:sent@mailbox.example\">\r\n\
         --Apple-Mail=_X\r\nContent-Type: image/png\r\nContent-ID: <p1@mailbox.example>\r\n\r\nx\r\n--Apple-Mail=_X--\r\nepilogue\r\n",
    );
    let id = "02000000000000000000000000000000@relay.example";
    assert!(
        message.contains("mid:out.1@x")
            && message.contains(&format!("cid:{id}"))
            && message.contains(&format!("Content-ID: <{id}>")),
        "{message}"
    );
    for gone in ["mailbox.example", "Apple", "preamble", "epilogue"] {
        assert!(!message.contains(gone), "{gone}: {message}");
    }
}

#[test]
fn a_calendar_is_searched_below_its_folding() {
    let message = stripped(
        "",
        "Content-Type: text/calendar; method=REPLY; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\n\
         ATTENDEE;CN=Ann:mailto:ann.lee@mail\r\n box.example\r\nEND:VCALENDAR\r\n",
    );
    let octets = base64_body(&message);
    assert!(
        octets.contains("ATTENDEE;CN=Ann:mailto:amber@relay.example\r\n"),
        "{octets}"
    );
    assert!(message.contains("method=\"reply\""), "{message}");
}

fn base64_body(message: &str) -> String {
    let body = message.split_once("\r\n\r\n").unwrap().1;
    String::from_utf8(mail_parser::decoders::base64::base64_decode(body.as_bytes()).unwrap()).unwrap()
}

#[test]
fn a_message_inside_is_built_anew_too() {
    let message = stripped(
        "",
        "Content-Type: message/rfc822; name=\"a.eml\"\r\n\r\nReceived: by mx.mailbox.example\r\nDelivered-To: ann.lee@mailbox.example\r\n\
         From: \"Bob (bob@example.com)\" <r-0b@relay.example>\r\nTo: Ann <ann.lee@mailbox.example>, Dora <dora@example.org>\r\n\
         Subject: old\r\nDate: Mon, 23 Nov 2026 10:00:00 +0530\r\nMessage-ID: <x@mailbox.example>\r\n\r\nHello ann.lee@mailbox.example\r\n",
    );
    let inside = message.split_once("\r\n\r\n").unwrap().1;
    assert_eq!(
        inside,
        "From: \"Bob\" <bob@example.com>\r\nTo: \"Ann\" <amber@relay.example>, \"Dora\" <dora@example.org>\r\n\
         Subject: old\r\nDate: Mon, 23 Nov 2026 04:30:00 +0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=\"utf-8\"\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHello amber@relay.example\r\n"
    );
}

#[test]
fn a_message_inside_that_is_sealed_stops_the_reply() {
    let entity = "Content-Type: message/rfc822\r\n\r\nContent-Type: application/pkcs7-mime\r\n\r\nx";
    assert_eq!(
        Scene::default().strip("", entity).err(),
        Some(StripError::StillEncrypted)
    );
}

#[test]
fn messages_in_messages_have_a_limit() {
    let nest = "Content-Type: message/rfc822\r\n\r\n".repeat(30);
    assert_eq!(Scene::default().strip("", &nest).err(), Some(StripError::TooDeep));
}

#[test]
fn nothing_left_is_an_empty_text() {
    let message = stripped("", "Content-Type: application/pgp-keys\r\n\r\nx");
    assert!(
        message.contains("Content-Type: text/plain; charset=\"utf-8\""),
        "{message}"
    );
}

/// Whatever came, what leaves is 7-bit, in lines, and one message.
fn assert_sound(message: &[u8], entity: &[u8]) {
    let scene = Scene::default();
    let Ok(stripped) = strip(&Message::parse(message), entity, &scene.facts(), &mut Counting(0)) else {
        return;
    };
    let text = std::str::from_utf8(stripped.as_bytes()).unwrap();
    assert!(text.is_ascii() && text.ends_with("\r\n"), "{text:?}");
    for line in text.split("\r\n") {
        assert!(line.len() <= 998 && !line.contains(['\r', '\n', '\0']), "{line:?}");
    }
    assert!(!text.contains("mailbox.example"), "{text}");
    let head = text.split("\r\n\r\n").next().unwrap();
    for name in ["From", "To", "Date", "Message-ID", "MIME-Version", "Content-Type"] {
        let count = head
            .split("\r\n")
            .filter(|line| line.starts_with(&format!("{name}: ")))
            .count();
        assert_eq!(count, 1, "{name} in {head:?}");
    }
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40),
        "\\PC{0,30}".prop_map(String::into_bytes),
        "(--b[12]?(--)?\r?\n){1,3}".prop_map(String::into_bytes),
        "(Content-Type: (text/(plain|html|calendar|x)|multipart/(mixed|signed|related|digest); boundary=b[12]?|message/rfc822|image/png); \
         (name|charset|format|delsp)\\*?0?=[a-z0-9\"%'-]{0,12}\r\n){0,2}"
            .prop_map(String::into_bytes),
        "Content-Transfer-Encoding: (base64|quoted-printable|8bit)\r\n\r\n?".prop_map(String::into_bytes),
        "Content-(ID|Disposition): ?<?(inline|attachment|[a-z@]{1,9}); filename=[^\n]{0,20}>?\r\n".prop_map(String::into_bytes),
        "(Subject|To|Cc|References|Date): [^\n]{0,60}\r\n".prop_map(String::into_bytes),
        "(<a href='mailto:|[ <\"(\n])ann(\\.|%2e)lee(@|%40|&#64;)mailbox\\.example[ >\n]".prop_map(String::into_bytes),
        "cid:[a-z@%\"]{0,9}|r-0[bc]@relay.example|=\r\n|=4;|<meta ".prop_map(String::into_bytes),
        Just(b"\r\n\r\n".to_vec()),
        Just(vec![b'x'; 1200]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn any_octets_can_be_an_entity(entity in proptest::collection::vec(any::<u8>(), 0..400)) {
        assert_sound(b"", &entity);
    }

    #[test]
    fn any_pieces_can_be_a_reply(
        message in proptest::collection::vec(piece(), 0..6),
        entity in proptest::collection::vec(piece(), 0..20),
    ) {
        assert_sound(&message.concat(), &entity.concat());
    }
}
