//! The activity of an alias: times, outcomes and sizes of its mail, and never a subject or a word of content.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::id::EventId;

/// The fate of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was sealed and relayed.
    Sealed,
    /// It was relayed as it was.
    Relayed,
    /// It was refused: there was nothing to seal it with, and the kill switch is on.
    Refused,
    /// It was refused: its sender is not who it claims to be.
    Forged,
    /// A message was made for the person to answer, so that they can write first.
    ThreadStarted,
    /// The person's answer was sent on.
    ReplySent,
    /// An answer was refused: nothing showed that it was the person's, or it was not encrypted and had to be.
    ReplyRefused,
    /// The next server took it.
    Delivered,
    /// The next server does not take it now.
    Delayed,
    /// It could not be delivered.
    Undeliverable,
    /// It was taken and thrown away: the alias is off, and answers so.
    Dropped,
    /// It was refused or thrown away: its sender is blocked.
    Blocked,
    /// The alias was turned off by "unsubscribe" in a mail client.
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
    /// Time of the event.
    #[serde(with = "time::serde::timestamp")]
    pub at: OffsetDateTime,
    /// The fate of the message.
    pub outcome: Outcome,
    /// Size of the message; 0 where it was refused before it was sent.
    pub octets: u64,
}

/// A part of an alias's events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityPage {
    /// The events, newest first.
    pub events: Vec<Event>,
    /// Whether there are older ones.
    pub more: bool,
}
