//! What stands outside the seal, for the provider and the list of messages, and what goes inside.
//!
//! Outside: From is the relay address with the sender's name and address as its display name, To the mailbox; Subject and
//! Date as they were, as no ordinary client shows any other; ids as pseudonyms under the relay's domain. Never the
//! original From, To, Cc, Reply-To, nor anything that was not named here: Reply-To would lead an answer around the relay.
//!
//! Inside: the original header but for the trace of its way, each field octet for octet, and the body untouched. The
//! fields stand where RFC 9788 puts them, yet Content-Type gets no `hp` parameter: a client that implements it would show
//! the original From and answer to it, past the relay and in the clear.

use app::address::EmailAddress;
use mail_builder::headers::{Header, address::Address, date::Date, message_id::MessageId, text::Text};
use mail_parser::{HeaderValue, MessageParser};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::mail::{
    header::{FOR_MACHINES, TRACE, shown},
    message::{Field, Message},
};

/// Characters of a sender's name that are shown; the address behind it must not be pushed out of sight.
const MOST_NAME: usize = 80;

/// Ids of References that are kept, the newest.
const MOST_REFERENCES: usize = 50;

/// What rewriting must know beside the message.
pub struct Facts<'a> {
    /// The contact's relay address.
    pub relay_address: &'a EmailAddress,
    /// The mailbox.
    pub mailbox: &'a EmailAddress,
    /// The contact's own address.
    pub sender: &'a EmailAddress,
    /// The time, for a message without a date.
    pub now: OffsetDateTime,
    /// The pseudonym of a message id: the same for the same id, `local@domain` without angle brackets.
    pub message_id: &'a dyn Fn(&str) -> String,
}

/// Header fields outside the seal, ASCII, each ended by CRLF; without those of MIME.
pub struct Outer(Vec<u8>);

impl Outer {
    /// The fields.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn put(&mut self, name: &str, value: &impl Header) {
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b": ");
        value.write_header(&mut self.0, name.len() + 2);
    }
}

/// A message in its two halves.
pub struct Rewritten {
    /// What everybody sees.
    pub outer: Outer,
    /// The MIME entity that is signed and encrypted.
    pub inner: Vec<u8>,
}

/// Rewrites a message; any octets are a message.
pub fn rewrite(received: &[u8], facts: &Facts<'_>) -> Rewritten {
    Rewritten {
        outer: outer(received, facts),
        inner: inner(received),
    }
}

fn outer(received: &[u8], facts: &Facts<'_>) -> Outer {
    let parsed = MessageParser::default().parse_headers(received).unwrap_or_default();
    let mut outer = Outer(Vec::new());
    let from = Address::new_address(Some(display_name(&parsed, facts.sender)), facts.relay_address.as_str());
    outer.put("From", &from);
    outer.put("To", &Address::new_address(None::<&str>, facts.mailbox.as_str()));
    if let Some(subject) = parsed.subject() {
        outer.put("Subject", &Text::new(shown(subject)));
    }
    let date = parsed
        .date()
        .filter(|date| date.is_valid())
        .map(mail_parser::DateTime::to_timestamp);
    outer.put("Date", &Date::new(date.unwrap_or_else(|| facts.now.unix_timestamp())));
    let id = match parsed.message_id() {
        Some(id) => (facts.message_id)(id),
        None => (facts.message_id)(&hex::encode(Sha256::digest(received))),
    };
    outer.put("Message-ID", &MessageId::new(id));
    for (name, value) in [
        ("In-Reply-To", parsed.in_reply_to()),
        ("References", parsed.references()),
    ] {
        let ids: Vec<_> = ids(value).map(facts.message_id).collect();
        if !ids.is_empty() {
            let newest = ids.len().saturating_sub(MOST_REFERENCES);
            outer.put(name, &MessageId::new_list(ids.into_iter().skip(newest)));
        }
    }
    for name in FOR_MACHINES {
        if let Some(value) = parsed.header_raw(*name) {
            outer.put(name, &Text::new(shown(value)));
        }
    }
    outer
}

/// The sender's name, if there is one, and always the address: a name alone could be anybody's.
fn display_name(parsed: &mail_parser::Message<'_>, sender: &EmailAddress) -> String {
    let named = parsed.from().and_then(|from| {
        from.iter()
            .find(|each| {
                each.address()
                    .is_some_and(|address| address.trim().eq_ignore_ascii_case(sender.as_str()))
            })
            .and_then(|each| each.name())
    });
    let name: String = named.map(shown).unwrap_or_default().chars().take(MOST_NAME).collect();
    let address = shown(sender.as_str());
    if name.is_empty() || name == address {
        address
    } else {
        format!("{name} ({address})")
    }
}

fn ids<'a>(value: &'a HeaderValue<'_>) -> Box<dyn Iterator<Item = &'a str> + 'a> {
    match value {
        HeaderValue::Text(id) => Box::new(std::iter::once(id.as_ref())),
        HeaderValue::TextList(ids) => Box::new(ids.iter().map(AsRef::as_ref)),
        _ => Box::new(std::iter::empty()),
    }
}

fn inner(received: &[u8]) -> Vec<u8> {
    let message = Message::parse(received);
    let mut inner = Vec::with_capacity(received.len() + 64);
    for field in message.fields.iter().filter(|field| goes_inside(field)) {
        inner.extend_from_slice(field.raw);
        if !field.raw.ends_with(b"\n") {
            inner.extend_from_slice(b"\r\n");
        }
    }
    // RFC 2045 §6.1 takes seven bits for granted where nothing is said; said here, no reader has to guess.
    if !message.body.is_ascii() && message.field("Content-Transfer-Encoding").is_none() {
        inner.extend_from_slice(b"Content-Transfer-Encoding: 8bit\r\n");
    }
    inner.extend_from_slice(b"\r\n");
    inner.extend_from_slice(message.body);
    inner
}

fn goes_inside(field: &Field<'_>) -> bool {
    field.is_well_formed() && !TRACE.iter().any(|name| field.is(name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    fn rewritten(message: &[u8]) -> (String, Vec<u8>) {
        let address = |text: &str| text.parse::<EmailAddress>().unwrap();
        let facts = Facts {
            relay_address: &address("r-1@relay.example"),
            mailbox: &address("me@mailbox.example"),
            sender: &address("ann@example.org"),
            now: datetime!(2026-11-24 08:00 UTC),
            message_id: &|id| format!("{}@relay.example", hex::encode(Sha256::digest(id))),
        };
        let Rewritten { outer, inner } = rewrite(message, &facts);
        (String::from_utf8(outer.as_bytes().to_vec()).unwrap(), inner)
    }

    #[test]
    fn outside_names_nobody_but_relay_address_mailbox_and_the_sender_in_words() {
        let (outer, inner) = rewritten(
            b"Received: from secret.example\r\nDKIM-Signature: v=1\r\nFrom: =?utf-8?q?Ann_L=C3=A9?= <ann@example.org>\r\n\
              To: amber@relay.example\r\nCc: bob@example.org\r\nReply-To: lists@example.org\r\nSubject: Hello\r\n there\r\n\
              Date: Mon, 23 Nov 2026 10:00:00 +0200\r\nMessage-ID: <1@example.org>\r\nIn-Reply-To: <0@x>\r\n\r\nbody\r\n",
        );
        assert!(
            outer.contains("<r-1@relay.example>\r\n") && outer.contains("To: <me@mailbox.example>\r\n"),
            "{outer}"
        );
        assert!(
            outer.contains("Subject: Hello there\r\n") && outer.contains("Date: Mon, 23 Nov 2026 08:00:00"),
            "{outer}"
        );
        for secret in [
            "secret",
            "DKIM",
            "bob",
            "Reply-To: lists",
            "lists",
            "1@example.org",
            "0@x",
            "amber",
        ] {
            assert!(!outer.contains(secret), "{secret} in {outer}");
        }
        let inner = String::from_utf8(inner).unwrap();
        assert!(
            !inner.contains("secret") && inner.contains("Cc: bob@example.org\r\nReply-To: lists"),
            "{inner}"
        );
        assert!(inner.ends_with("\r\n\r\nbody\r\n"));
    }

    #[test]
    fn a_name_cannot_hide_the_address() {
        let message = format!("From: \"{}\" <ann@example.org>\r\n\r\n", "Bank ".repeat(100));
        let (outer, _) = rewritten(message.as_bytes());
        assert!(
            outer.replace("\r\n ", " ").contains("(ann@example.org)\" <r-1@"),
            "{outer}"
        );
    }

    #[test]
    fn ids_are_the_same_for_the_same_message_and_threads_hold() {
        let first = rewritten(b"Message-ID: <a@x>\r\n\r\n").0;
        let id = first
            .lines()
            .find_map(|line| line.strip_prefix("Message-ID: "))
            .unwrap();
        let answer = rewritten(b"Message-ID: <b@x>\r\nReferences: <a@x>\r\n\r\n").0;
        assert!(answer.contains(&format!("References: {id}")), "{answer}");
        assert_eq!(rewritten(b"\r\nno id").0, rewritten(b"\r\nno id").0);
        assert_ne!(rewritten(b"\r\nno id").0, rewritten(b"\r\nanother").0);
    }

    #[test]
    fn eight_bits_are_declared_and_not_changed() {
        let (_, inner) = rewritten(b"Subject: x\r\n\r\nna\xefve\r\n");
        assert_eq!(
            inner,
            b"Subject: x\r\nContent-Transfer-Encoding: 8bit\r\n\r\nna\xefve\r\n"
        );
    }

    proptest! {
        #[test]
        fn any_octets_are_a_message(header in prop::collection::vec(any::<u8>(), 0..300), body in prop::collection::vec(any::<u8>(), 0..100)) {
            let mut message = header.clone();
            message.extend_from_slice(b"\r\n\r\n");
            message.extend_from_slice(&body);
            let (outer, inner) = rewritten(&message);
            prop_assert!(inner.ends_with(Message::parse(&message).body));
            check_outer(&outer)?;
        }

        #[test]
        fn hostile_fields_stay_in_their_place(name in "\\PC{0,120}", subject in "[\\PC\r\n\t]{0,300}") {
            let message = format!("From: \"{name}\" <ann@example.org>\r\nSubject: {subject}\r\nMessage-ID: {subject}\r\n\r\n");
            check_outer(&rewritten(message.as_bytes()).0)?;
        }
    }

    /// Seven bits, short lines, and no field but those that were put there.
    fn check_outer(outer: &str) -> Result<(), TestCaseError> {
        prop_assert!(outer.is_ascii() && outer.ends_with("\r\n") && !outer.contains("\r\n\r\n"));
        for line in outer.split_terminator("\r\n") {
            prop_assert!(line.len() <= 998 && !line.contains(['\r', '\n', '\0']), "{}", line);
            let known = [
                "From: ",
                "To: ",
                "Subject: ",
                "Date: ",
                "Message-ID: ",
                "In-Reply-To: ",
                "References: ",
            ];
            let machines = ["Auto-Submitted: ", "Precedence: ", " ", "\t"];
            prop_assert!(
                known.iter().chain(&machines).any(|start| line.starts_with(start)),
                "{}",
                line
            );
        }
        Ok(())
    }
}
