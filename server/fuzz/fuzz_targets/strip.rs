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
    assert!(memchr::memmem::find(&lower, b"ann.lee@mailbox.example").is_none(), "the mailbox is named");
});
