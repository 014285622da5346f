//! Decides whether a message is sealed, goes in the clear or is refused, and returns the decision as a value.
//!
//! The caller acts on it. A [`ClearPermit`] is granted only if no valid profile is active and the kill switch is off.

use std::sync::Arc;

use app::id::MailboxId;
use time::OffsetDateTime;

use crate::{
    clock::Clock,
    refusal::{Reason, Refusal},
    store::{
        Store, StoreError,
        route::{ActiveProfile, Route},
    },
};

/// Permission to relay one message unencrypted to a mailbox. Only this module grants it, so no other code leads from an
/// active profile to plaintext.
pub struct ClearPermit(MailboxId);

impl ClearPermit {
    /// The mailbox that it was granted for.
    pub fn mailbox(&self) -> MailboxId {
        self.0
    }
}

/// How mail to a mailbox is treated.
pub enum Treatment {
    /// Seal it with this profile.
    Seal(Arc<ActiveProfile>),
    /// Relay it unencrypted.
    Clear(ClearPermit),
}

/// Decides by profile and kill switch. A valid active profile seals. Without one, the kill switch refuses. One that is not valid yet
/// makes the sender try again.
pub fn treatment(route: Route, now: OffsetDateTime) -> Result<Treatment, Refusal> {
    for_mailbox(route.mailbox, route.active, route.kill_switch, now)
}

/// Whether mail on this route is sealed now.
pub fn seals(route: &Route, now: OffsetDateTime) -> bool {
    route.active.as_ref().is_some_and(|profile| profile.keys.usable_at(now))
}

/// Decides the same for mail to a mailbox that goes through none of its aliases.
pub fn for_mailbox(
    mailbox: MailboxId,
    active: Option<Arc<ActiveProfile>>,
    kill_switch: bool,
    now: OffsetDateTime,
) -> Result<Treatment, Refusal> {
    match active {
        Some(profile) if profile.keys.usable_at(now) => Ok(Treatment::Seal(profile)),
        // The profile did not end: the clock is behind. Bouncing mail, or letting it go in the clear, would punish the person for that.
        Some(profile) if profile.keys.is_premature(now) => Err(Refusal::new(Reason::ClockBehind)),
        _ if kill_switch => Err(Refusal::new(Reason::KillSwitch)),
        // An expired profile does not permit unencrypted mail. The first activation turned the kill switch on, so only a
        // person who turned it off by hand gets here.
        _ => Ok(Treatment::Clear(ClearPermit(mailbox))),
    }
}

/// Why it is not known whether a permit can be granted.
#[derive(Debug, thiserror::Error)]
pub enum PermitError {
    /// The database failed.
    #[error("the mailbox could not be read")]
    Store(#[from] StoreError),
    /// The active profile is from after the present time, so a clock is wrong.
    #[error("the clock is behind the first day of the mailbox's profile")]
    ClockBehind,
}

/// Grants permits to send unencrypted, by the current state of the database.
pub struct Permits {
    /// The database: mailboxes and their profiles.
    pub store: Store,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl Permits {
    /// Returns a permit for a mailbox in its current state, or `None` if mail to it must be sealed or refused, or the
    /// mailbox was deleted.
    ///
    /// # Errors
    /// It cannot be decided now.
    pub async fn clear(&self, mailbox: MailboxId) -> Result<Option<ClearPermit>, PermitError> {
        let Some(found) = self.store.mailbox_route(mailbox).await? else {
            return Ok(None);
        };
        let treatment = for_mailbox(mailbox, found.active, found.kill_switch, self.clock.now());
        match treatment {
            Ok(Treatment::Clear(permit)) => Ok(Some(permit)),
            Err(refusal) if refusal.reason == Reason::ClockBehind => Err(PermitError::ClockBehind),
            Ok(Treatment::Seal(_)) | Err(_) => Ok(None),
        }
    }
}
