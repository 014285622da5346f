//! A reply of a person's client, on its way out.
#![no_main]

use app::address::EmailAddress;
use getrandom::SysRng;
use libfuzzer_sys::fuzz_target;
use rand_core::UnwrapErr;
use server::{
    mail::message::Message,
    reply::strip::{Facts, strip},
};
use time::OffsetDateTime;

fn address(text: &str) -> EmailAddress {
    text.parse().expect("an address")
}

fuzz_target!(|data: &[u8]| {
    let relay = address("r-00ff@relay.example");
    let contact = address("bob@example.org");
    let facts = Facts {
        alias: &address("amber@relay.example"),
        relay_domain: "relay.example",
        alias_name: Some("Amber"),
        mailboxes: &[address("ann.lee@mailbox.example"), address("a.lee@work.example")],
        contacts: &|address| address.same_mailbox(&relay).then(|| contact.clone()),
        contact: &contact,
        message_id: &|id| (id.len() % 2 == 0).then(|| format!("{}@relay.example", id.len())),
        own_message_id: "1@relay.example",
        now: OffsetDateTime::UNIX_EPOCH,
    };
    let message = Message::parse(data);
    let Ok(stripped) = strip(&message, data, &facts, &mut UnwrapErr(SysRng)) else {
        return;
    };
    let bytes = stripped.as_bytes();
    assert!(bytes.is_ascii() && bytes.ends_with(b"\r\n"));
    assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 999));
    let lower = bytes.to_ascii_lowercase();
    for own in [&b"ann.lee@mailbox.example"[..], b"a.lee@work.example"] {
        // A longer local part or domain is somebody else's.
        let longer = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"._+-".contains(byte));
        let named = |at: usize| {
            let before = at.checked_sub(1).and_then(|before| lower.get(before));
            !longer(before) && !lower.get(at + own.len()).is_some_and(u8::is_ascii_alphanumeric)
        };
        assert!(!memchr::memmem::find_iter(&lower, own).any(named), "a mailbox is named");
    }
});
