//! Decides when the worker looks for due items in the database.

use tokio::time::Instant;

/// So few held items call for more. A domain that has so many held has enough.
pub(super) const FEW: usize = 50;

/// When to look for due items in the database.
#[derive(Clone, Copy)]
pub(super) enum NextLook {
    /// At a moment: nothing more is due before.
    At(Instant),
    /// When few items are held, but not before one moment, and at another one in any case.
    WhenFewAreHeld(Instant, Instant),
}

impl NextLook {
    /// Whether it is due, with so many items held.
    pub fn is_due(self, now: Instant, held: usize) -> bool {
        self.moment(held) <= now
    }

    /// The moment at which it is due if nothing else happens.
    pub fn moment(self, held: usize) -> Instant {
        match self {
            Self::At(at) => at,
            Self::WhenFewAreHeld(after, _) if held < FEW => after,
            Self::WhenFewAreHeld(_, latest) => latest,
        }
    }
}
