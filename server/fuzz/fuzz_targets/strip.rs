//! A reply of a person's client, on its way out. First as it is, then with a mailbox's address broken up in it, which a
//! reader that shares no line with the search must not find in what leaves.
#![no_main]

use app::address::{EmailAddress, OutsideAddress};
use getrandom::SysRng;
use libfuzzer_sys::fuzz_target;
use mail_parser::{MessageParser, MimeHeaders, PartType};
use rand_core::UnwrapErr;
use server::{
    mail::message::Message,
    strip::{Facts, strip},
};
use time::OffsetDateTime;

const MAILBOX: &str = "ann.lee@mailbox.example";

fn address(text: &str) -> EmailAddress {
    text.parse().expect("an address")
}

/// What leaves, if anything does.
fn stripped(entity: &[u8]) -> Option<Vec<u8>> {
    let relay = address("r-00ff@relay.example");
    let contact = OutsideAddress::from(&address("bob@example.org"));
    let facts = Facts {
        alias: &address("amber@relay.example"),
        relay_domain: "relay.example",
        alias_name: Some("Amber"),
        own_names: &["Ann Lee".to_owned()],
        mailboxes: &[address(MAILBOX), address("a.lee@work.example")],
        contacts: &|address| address.same_mailbox(&relay).then(|| contact.clone()),
        contact: &contact,
        message_id: &|id| (id.len() % 2 == 0).then(|| format!("{}@relay.example", id.len())),
        own_message_id: "1@relay.example",
        now: OffsetDateTime::UNIX_EPOCH,
    };
    let stripped = strip(&Message::parse(entity), entity, &facts, &mut UnwrapErr(SysRng)).ok()?;
    Some(stripped.as_bytes().to_vec())
}

/// The address with each character in a form, and something between, that the octets choose.
fn broken(choices: &mut impl Iterator<Item = u8>, html: bool) -> String {
    let mut text = String::new();
    for c in MAILBOX.chars() {
        let choice = choices.next().unwrap_or_default();
        let form = match (choice % 8, html) {
            (1, _) => c.to_ascii_uppercase().to_string(),
            (2, _) => char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c).to_string(),
            (3, true) => format!("&#{};", u32::from(c)),
            (4, true) => format!("&#x0{:X};", u32::from(c)),
            (5, true) if c == '.' => "&period;".to_owned(),
            (5, true) if c == '@' => "&commat;".to_owned(),
            _ => c.to_string(),
        };
        let between = match (choice / 8 % 10, html) {
            (1, _) => "\u{200b}",
            (2, _) => "\u{ad}",
            (3, _) => "\u{2060}\u{fe0f}",
            (4, true) => "<wbr>",
            (5, true) => "<b></b>",
            (6, true) => "&shy;",
            (7, true) => "<!-- x -->",
            (4 | 5, false) => "\r\n> ",
            (6, false) => " \r\n",
            _ => "",
        };
        text.push_str(&form);
        text.push_str(between);
    }
    text
}

/// Letters and signs of an address in a text, without markup, in the order in which they are seen.
fn seen(text: &str, html: bool) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '<' if html => rest = rest.split_once('>').map_or("", |(_, behind)| behind),
            '\u{ff01}'..='\u{ff5e}' => plain.extend(char::from_u32(u32::from(c) - 0xfee0)),
            c => plain.push(c),
        }
    }
    plain.retain(|c| c.is_ascii_alphanumeric() || "@.".contains(c));
    plain.to_ascii_lowercase()
}

fn assert_unnamed(left: &[u8]) {
    let message = MessageParser::default().parse(left).expect("a message");
    for part in &message.parts {
        let (text, html) = match &part.body {
            PartType::Text(text) => (text, false),
            PartType::Html(text) => (text, true),
            _ => continue,
        };
        let name = part.attachment_name().unwrap_or_default();
        assert!(
            !seen(text, html).contains(MAILBOX),
            "a mailbox is named in {name}: {text}"
        );
    }
}

fuzz_target!(|data: &[u8]| {
    let mut choices = data.iter().copied();
    for (html, media) in [(false, "text/plain"), (true, "text/html")] {
        let address = broken(&mut choices, html);
        let entity = format!(
            "Content-Type: {media}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nwrite to ({address}) now\r\n"
        );
        if let Some(left) = stripped(entity.as_bytes()) {
            assert_unnamed(&left);
        }
    }
    let Some(bytes) = stripped(data) else {
        return;
    };
    assert!(bytes.is_ascii() && bytes.ends_with(b"\r\n"));
    assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 999));
    let lower = bytes.to_ascii_lowercase();
    for own in [MAILBOX.as_bytes(), b"a.lee@work.example"] {
        // A longer local part is somebody else's.
        let longer =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"._+-".contains(byte));
        // A soft line break of quoted-printable is none for the reader (RFC 2045 §6.7).
        let before = |at: usize| {
            let text = &lower[..at];
            text.strip_suffix(b"=\r\n").unwrap_or(text).last()
        };
        let named = |at: usize| !longer(before(at));
        assert!(!memchr::memmem::find_iter(&lower, own).any(named), "a mailbox is named");
    }
});
