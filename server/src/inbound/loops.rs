//! Refuses messages that go in circles, and decides which loop marks a message carries on.

use app::address::OutsideAddress;

use super::identify::is_relay_address;
use crate::{
    mail::{header, message::Message, value},
    refusal::{Reason, Refusal},
};

/// Most Received fields of a message. RFC 5321 §6.3 asks for at least 100.
const MOST_HOPS: usize = 100;

/// Most mailboxes that a message may have been relayed to before.
const MOST_MAILBOXES: usize = 10;

/// The length of a mark in characters.
const MARK: usize = 32;

/// Refuses a message that has passed too many hosts, comes from a relay address, or was relayed to the same mailbox before
/// (`own`, see [`crate::sealing::Sealing::loop_mark`]). Returns the marks that it leaves with: this mailbox's, then those
/// that it came with. Sealing hides the Received fields, so without these marks two mailboxes that forward to each other's
/// alias would loop for ever.
pub fn refuse_loop(message: &Message<'_>, sender: &OutsideAddress, domain: &str, own: &str) -> Result<String, Refusal> {
    let earlier = marks(message);
    if message.count("Received") > MOST_HOPS {
        Err(Refusal::new(Reason::TooManyHops))
    } else if is_relay_address(sender, domain) {
        Err(Refusal::new(Reason::FromRelayAddress))
    } else if earlier.iter().any(|mark| mark == own) {
        Err(Refusal::new(Reason::RelayedBefore))
    } else if earlier.len() >= MOST_MAILBOXES {
        Err(Refusal::new(Reason::TooManyMailboxes))
    } else {
        let all: Vec<_> = [own].into_iter().chain(earlier.iter().map(String::as_str)).collect();
        Ok(all.join(" "))
    }
}

/// The marks of the mailboxes that a message was relayed to, each once. It collects no more than are needed to refuse the
/// message, and drops words that are not marks.
fn marks(message: &Message<'_>) -> Vec<String> {
    let mut marks: Vec<String> = Vec::new();
    let genuine = |word: &&str| word.len() == MARK && word.bytes().all(|c| c.is_ascii_hexdigit());
    for text in message.all(header::LOOP_MARK).filter_map(value::text) {
        for mark in text.split_whitespace().filter(genuine) {
            if marks.len() >= MOST_MAILBOXES {
                return marks;
            }
            if !marks.iter().any(|known| known == mark) {
                marks.push(mark.to_owned());
            }
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "c0ffeec0ffeec0ffeec0ffeec0ffee00";
    const OTHER: &str = "decafdecafdecafdecafdecafdecaf00";

    fn judge(raw: &str, sender: &str) -> Result<String, Reason> {
        let message = Message::parse(raw.as_bytes());
        let judged = refuse_loop(&message, &sender.parse().unwrap(), "relay.example", OWN);
        judged.map_err(|refusal| {
            assert_eq!(refusal.reply, Reason::TooManyHops.reply());
            refusal.reason
        })
    }

    #[test]
    fn circles_are_noticed() {
        let hops = |count| "Received: from a by b\r\n".repeat(count);
        let fine = Ok(OWN.to_owned());
        assert_eq!(judge(&hops(MOST_HOPS), "bob@example.com"), fine);
        assert_eq!(judge(&hops(MOST_HOPS + 1), "bob@example.com"), Err(Reason::TooManyHops));
        assert_eq!(judge("", "r-00@relay.example"), Err(Reason::FromRelayAddress));
        // One person's alias may write to another's.
        assert_eq!(judge("", "amber-otter@relay.example"), fine);
    }

    #[test]
    fn marks_are_carried_on_as_long_as_the_message_comes_to_no_mailbox_twice() {
        let with = |marks: &str| judge(&format!("Sealpost-Loop: {marks}\r\n"), "bob@example.com");
        assert_eq!(with(OWN), Err(Reason::RelayedBefore));
        assert_eq!(with(OTHER), Ok(format!("{OWN} {OTHER}")));
        assert_eq!(
            with(&format!("{OTHER} {OTHER}\r\nSealpost-Loop: {OTHER}")),
            Ok(format!("{OWN} {OTHER}"))
        );
        assert_eq!(with(&format!("{OTHER}\r\n {OWN}")), Err(Reason::RelayedBefore));
        assert_eq!(with("a mark of somebody else"), Ok(OWN.to_owned()));
        let many = |count: usize| {
            (0..count)
                .map(|each| format!("{each:032x}"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert!(with(&many(MOST_MAILBOXES - 1)).is_ok());
        assert_eq!(with(&many(MOST_MAILBOXES)), Err(Reason::TooManyMailboxes));
    }
}
