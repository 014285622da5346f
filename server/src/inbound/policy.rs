//! What may happen to a message, decided as values; the caller acts.

use time::OffsetDateTime;

use crate::{
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
        Some(profile) if valid(&profile, now) => Ok(Treatment::Seal(Box::new(profile))),
        _ if route.kill_switch => Err(Refusal::new(reply::KILL_SWITCH, "kill_switch")),
        // The person made a profile to have mail sealed: that it ran out is no leave to relay in the clear. The kill
        // switch was on since the first activation; only switching it off by hand leads here.
        _ => Ok(Treatment::Clear(ClearPermit(()))),
    }
}

fn valid(profile: &ActiveProfile, now: OffsetDateTime) -> bool {
    let user = profile.chain.user();
    user.not_before() <= now && now <= user.not_after()
}

/// Refuses a message that has been through too many hands, or that claims to come from the relay itself.
pub fn no_loop(received_fields: usize, from_relay: bool) -> Result<(), Refusal> {
    if received_fields > MOST_HOPS {
        Err(Refusal::new(reply::LOOP, "too_many_hops"))
    } else if from_relay {
        Err(Refusal::new(reply::LOOP, "from_relay_address"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hops_are_counted() {
        assert!(no_loop(MOST_HOPS, false).is_ok());
        assert_eq!(no_loop(MOST_HOPS + 1, false).unwrap_err().reply, reply::LOOP);
        assert_eq!(no_loop(0, true).unwrap_err().reply, reply::LOOP);
    }
}
