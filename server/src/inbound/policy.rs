//! What may happen to a message, decided as values; the caller acts.

use app::address::EmailAddress;
use time::OffsetDateTime;

use super::identify::is_relay_address;
use crate::{
    mail::{header, message::Message, value},
    smtp::reply::{self, Refusal},
    store::route::{ActiveProfile, Route},
};

/// Most Received fields of a message (RFC 5321 §6.3 asks for at least 100).
const MOST_HOPS: usize = 100;

/// Permission to relay one message as it is. Only this module can grant it, so that nothing else leads from an active
/// profile to plaintext.
pub struct ClearPermit(());

/// What is done with mail to a mailbox.
pub enum Treatment {
    /// It is sealed with this profile.
    Seal(Box<ActiveProfile>),
    /// It is relayed as it is.
    Clear(ClearPermit),
}

/// Decides by profile and kill switch: a valid active profile seals; without one the kill switch refuses.
pub fn treatment(route: Route, now: OffsetDateTime) -> Result<Treatment, Refusal> {
    match route.active {
        Some(profile) if profile.keys.usable_at(now) => Ok(Treatment::Seal(Box::new(profile))),
        _ if route.kill_switch => Err(Refusal::new(reply::KILL_SWITCH, "kill_switch")),
        // The person made a profile to have mail sealed: that it ran out is no leave to relay in the clear. The kill
        // switch was on since the first activation; only switching it off by hand leads here.
        _ => Ok(Treatment::Clear(ClearPermit(()))),
    }
}

/// Refuses a message that goes in circles: through too many hands, from an address of the relay itself, or one that was
/// relayed to the same mailbox before (`mark`, see [`super::Sealing::loop_mark`]).
pub fn no_loop(message: &Message<'_>, sender: &EmailAddress, domain: &str, mark: &str) -> Result<(), Refusal> {
    let marked = |field| value::text(field).is_some_and(|text| text.trim() == mark);
    if message.count("Received") > MOST_HOPS {
        Err(Refusal::new(reply::LOOP, "too_many_hops"))
    } else if is_relay_address(sender, domain) {
        Err(Refusal::new(reply::LOOP, "from_relay_address"))
    } else if message.all(header::LOOP_MARK).any(marked) {
        Err(Refusal::new(reply::LOOP, "relayed_before"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(raw: &str, sender: &str) -> Option<&'static str> {
        let message = Message::parse(raw.as_bytes());
        let refused = no_loop(&message, &sender.parse().unwrap(), "relay.example", "c0ffee");
        refused.err().map(|refusal| {
            assert_eq!(refusal.reply, reply::LOOP);
            refusal.reason
        })
    }

    #[test]
    fn circles_are_noticed() {
        let hops = |count| "Received: from a by b\r\n".repeat(count);
        assert_eq!(refusal(&hops(MOST_HOPS), "bob@example.com"), None);
        assert_eq!(refusal(&hops(MOST_HOPS + 1), "bob@example.com"), Some("too_many_hops"));
        assert_eq!(refusal("", "r-00@relay.example"), Some("from_relay_address"));
        // One person's alias may write to another's.
        assert_eq!(refusal("", "amber-otter@relay.example"), None);
        assert_eq!(
            refusal("Sealpost-Loop: c0ffee\r\n", "bob@example.com"),
            Some("relayed_before")
        );
        assert_eq!(refusal("Sealpost-Loop: decaf\r\n", "bob@example.com"), None);
    }
}
