//! A message from anybody, on its way into the seal.
#![no_main]

use app::{address::EmailAddress, profile::Hidden};
use libfuzzer_sys::fuzz_target;
use server::{
    mail::message::Message,
    rewrite::{Facts, People, Seen, rewrite},
};
use time::OffsetDateTime;

fn address(text: &str) -> EmailAddress {
    text.parse().expect("an address")
}

fuzz_target!(|message: &[u8]| {
    let seen = Seen {
        results: "Authentication-Results: relay.example; spf=fail\r\n".into(),
        warning: Some("Sealpost: this is not from where it says.".into()),
    };
    let all = Hidden {
        subject: true,
        sender: true,
    };
    for (seen, hidden) in [
        (None, Hidden::default()),
        (Some(&seen), Hidden::default()),
        (None, all),
        (Some(&seen), all),
    ] {
        let rewritten = rewrite(
            message,
            &Facts {
                relay_address: &address("r-00ff@relay.example"),
                mailbox: &address("ann@mailbox.example"),
                sender: &(&address("bob@example.org")).into(),
                people: &People::default(),
                alias: &address("amber@relay.example"),
                now: OffsetDateTime::UNIX_EPOCH,
                signed_with_time: seen.is_some(),
                loop_mark: "c0ffee",
                seen,
                hidden,
                unsubscribe: None,
                message_id: &|id| format!("{}@relay.example", id.len()),
            },
        );
        let outer = rewritten.outer.as_bytes();
        assert!(outer.is_ascii() && outer.ends_with(b"\r\n"));
        assert!(outer.split(|byte| *byte == b'\n').all(|line| line.len() <= 999));
        let parsed = Message::parse(outer);
        assert!(
            parsed.body().is_empty() && parsed.count("From") == 1,
            "nothing of the original breaks out"
        );
        let body = Message::parse(message).body().to_vec();
        let holds = |octets: &[u8]| memchr::memmem::find(&rewritten.inner, octets).is_some();
        // A signature in one object is taken apart.
        let detached = holds(b"application/pkcs7-signature") && !holds(b"smime-type=signed-data");
        let stands = hidden.any() && seen.is_none() || body.is_empty() || detached || holds(&body);
        assert!(stands, "the body is not touched");
    }
});
