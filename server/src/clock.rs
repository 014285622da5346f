//! Provides the time as a parameter, so that tests can move it.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use time::OffsetDateTime;

/// Some moment of this process.
static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// A source of the current time.
pub trait Clock: Send + Sync {
    /// The current time in UTC.
    fn now(&self) -> OffsetDateTime;

    /// The time since some moment of this process. It never jumps when the clock is put right, so it measures pauses.
    fn elapsed(&self) -> Duration {
        BEGIN.elapsed()
    }
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}
