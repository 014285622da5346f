//! Decides when the worker looks for due items in the database.

use tokio::time::Instant;

/// So few held items call for more.
const FEW: usize = 50;

/// When to look for due items in the database.
#[derive(Clone, Copy)]
pub(super) enum NextLook {
    /// At a moment: nothing more is due before.
    At(Instant),
    /// When few items are held, as more may be due, but not before a moment.
    WhenFewAreHeld(Instant),
}

impl NextLook {
    /// Whether it is due, with so many items held.
    pub fn is_due(self, now: Instant, held: usize) -> bool {
        match self {
            Self::At(at) => at <= now,
            Self::WhenFewAreHeld(after) => after <= now && held < FEW,
        }
    }

    /// The moment at which it is due if nothing else happens.
    pub fn moment(self, held: usize) -> Option<Instant> {
        match self {
            Self::At(at) => Some(at),
            Self::WhenFewAreHeld(after) => (held < FEW).then_some(after),
        }
    }
}
