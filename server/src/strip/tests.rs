//! The whole of stripping, on messages in the lines of the test.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing unwrap is a failing test")]

use std::convert::Infallible;

use app::address::{EmailAddress, OutsideAddress};
use rand_core::{TryCryptoRng, TryRng};
use time::{OffsetDateTime, macros::datetime};

use super::*;

mod addresses;
mod any;
mod head;
mod protected;

/// A person, an alias and two contacts.
pub struct Scene {
    pub mailboxes: [EmailAddress; 2],
    alias: EmailAddress,
    bob: OutsideAddress,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            mailboxes: ["ann.lee@mailbox.example", "a.lee@work.example"].map(|own| own.parse().unwrap()),
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
            relay_domain: "relay.example",
            alias_name: Some("Amber"),
            own_names: &[],
            mailboxes: &self.mailboxes,
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
    assert!(html("inline").ends_with("\r\n\r\n<img>\r\n"));
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
            "<a href=\"mailto:carol%2Bx%40example.net\">carol+x@example.net</a>\r\n",
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
         ORGANIZER;CN=Bob:mailto:r-0b@relay.example\r\nATTENDEE;CN=Ann;PARTSTAT=ACCEPTED:mailto:ann.lee@mail\r\n box.example\r\nEND:VCALENDAR\r\n",
    );
    let octets = base64_body(&message);
    assert!(
        octets.contains(
            "ORGANIZER;CN=Bob:mailto:bob@example.com\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:amber@relay.example\r\n"
        ),
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
        "From: \"Bob\" <bob@example.com>\r\nTo: <amber@relay.example>, \"Dora\" <dora@example.org>\r\n\
         Subject: old\r\nDate: Mon, 23 Nov 2026 04:30:00 +0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=\"utf-8\"\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHello amber@relay.example\r\n"
    );
}

#[test]
fn an_identifier_means_nothing_in_another_message() {
    let part = "Content-Type: image/png\r\nContent-ID: <same@mailbox.example>\r\n\r\nx";
    let inside =
        "Content-Type: message/rfc822\r\n\r\nContent-Type: text/html\r\n\r\n<img src=cid:same@mailbox.example>";
    let message = stripped(
        "",
        &format!("Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n{part}\r\n--x\r\n{inside}\r\n--x--"),
    );
    let (_, id) = message.split_once("Content-ID: <").unwrap();
    let id = id.split('>').next().unwrap();
    assert!(message.contains("src=\"cid:"), "{message}");
    assert!(!message.contains(&format!("cid:{id}")), "{message}");
}

#[test]
fn a_file_loses_the_folder_that_it_was_in() {
    for name in ["C:\\\\Users\\\\ann\\\\plan.pdf", "/home/ann/plan.pdf", "plan.pdf"] {
        let message = stripped("", &format!("Content-Type: application/pdf; name=\"{name}\"\r\n\r\nx"));
        assert_eq!(
            field(&message, "Content-Type"),
            Some("application/pdf; name=\"plan.pdf\"")
        );
    }
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
