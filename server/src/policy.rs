//! Decides whether a message is sealed, goes in the clear or is refused, and returns the decision as a value.
//!
//! The caller acts on it. A [`ClearPermit`] is granted only if no valid profile is active and the kill switch is off.

use std::sync::Arc;

use app::id::MailboxId;
use time::OffsetDateTime;

use crate::{
    clock::Clock,
    refusal::Refusal,
    smtp_reply,
    store::{
        Store, StoreError,
        route::{ActiveProfile, Route},
    },
};

/// Permission to relay one message as it is to a mailbox. Only this module can grant it, so that nothing else leads from
/// an active profile to plaintext.
pub struct ClearPermit(MailboxId);

impl ClearPermit {
    /// The mailbox that it was granted for.
    pub fn mailbox(&self) -> MailboxId {
        self.0
    }
}

/// How mail to a mailbox is treated.
pub enum Treatment {
    /// It is sealed with this profile.
    Seal(Box<ActiveProfile>),
    /// It is relayed as it is.
    Clear(ClearPermit),
}

/// Decides by profile and kill switch: a valid active profile seals; without one the kill switch refuses.
pub fn treatment(route: Route, now: OffsetDateTime) -> Result<Treatment, Refusal> {
    for_mailbox(route.mailbox, route.active, route.kill_switch, now)
}

/// Whether mail that takes this route is sealed now.
pub fn seals(route: &Route, now: OffsetDateTime) -> bool {
    route.active.as_ref().is_some_and(|profile| profile.keys.usable_at(now))
}

/// The same for what goes to a mailbox and through none of its aliases.
pub fn for_mailbox(
    mailbox: MailboxId,
    active: Option<ActiveProfile>,
    kill_switch: bool,
    now: OffsetDateTime,
) -> Result<Treatment, Refusal> {
    match active {
        Some(profile) if profile.keys.usable_at(now) => Ok(Treatment::Seal(Box::new(profile))),
        _ if kill_switch => Err(Refusal::new(smtp_reply::KILL_SWITCH, "kill_switch")),
        // The person made a profile to have mail sealed: that it ran out is no leave to relay in the clear. The kill
        // switch was on since the first activation; only switching it off by hand leads here.
        _ => Ok(Treatment::Clear(ClearPermit(mailbox))),
    }
}

/// Grants permits to send in the clear, by what the database says now.
pub struct Permits {
    /// Mailboxes and their profiles.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Permits {
    /// A permit for a mailbox as it stands now; `None` if mail to it has to be sealed or refused, or if the mailbox is gone.
    pub async fn clear(&self, mailbox: MailboxId) -> Result<Option<ClearPermit>, StoreError> {
        let Some(found) = self.store.mailbox_route(mailbox).await? else {
            return Ok(None);
        };
        let treatment = for_mailbox(mailbox, found.active, found.kill_switch, self.clock.now());
        Ok(match treatment {
            Ok(Treatment::Clear(permit)) => Some(permit),
            Ok(Treatment::Seal(_)) | Err(_) => None,
        })
    }
}
