//! Defines the activity of an alias: times, outcomes and sizes of its mail, but never a subject or content.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::id::EventId;

/// The outcome of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was sealed and relayed.
    Sealed,
    /// It was relayed unencrypted.
    Relayed,
    /// It was refused because no profile was active and the kill switch was on.
    Refused,
    /// It was refused because its sender is forged.
    Forged,
    /// The relay sent a message that the person can answer in order to write first.
    ThreadStarted,
    /// The person's answer was relayed.
    ReplySent,
    /// An answer was refused. Nothing proved that it was the person's, or it was not encrypted although it had to be.
    ReplyRefused,
    /// The next server accepted it.
    Delivered,
    /// The next server deferred it.
    Delayed,
    /// It could not be delivered.
    Undeliverable,
    /// It was accepted and dropped, because the alias is off and set to do so.
    Dropped,
    /// It was refused or dropped because its sender is blocked.
    Blocked,
    /// The person unsubscribed in the mail client, so the alias was turned off.
    Unsubscribed,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Self; 13] = [
        Self::Sealed,
        Self::Relayed,
        Self::Refused,
        Self::Forged,
        Self::ThreadStarted,
        Self::ReplySent,
        Self::ReplyRefused,
        Self::Delivered,
        Self::Delayed,
        Self::Undeliverable,
        Self::Dropped,
        Self::Blocked,
        Self::Unsubscribed,
    ];
}

/// One event in the activity of an alias.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The id of the event.
    pub id: EventId,
    /// The time of the event.
    #[serde(with = "time::serde::timestamp")]
    pub at: OffsetDateTime,
    /// The outcome of the message.
    pub outcome: Outcome,
    /// The size of the message, or 0 if it was refused before it was sent.
    pub octets: u64,
}

/// A page of an alias's events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityPage {
    /// The events, newest first.
    pub events: Vec<Event>,
    /// Whether there are older events.
    pub more: bool,
}
