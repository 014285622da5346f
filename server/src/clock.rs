//! Provides the time as a parameter, so that tests can move it.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use time::OffsetDateTime;

/// Some moment of this process.
static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// How far the clocks of two hosts of a relay may differ.
pub const SKEW: time::Duration = time::Duration::minutes(1);

/// Whether a moment is less than `age` ago. One of the future is not: it was written while a clock was ahead.
pub fn is_within(at: OffsetDateTime, age: time::Duration, now: OffsetDateTime) -> bool {
    at <= now + SKEW && now - at < age
}

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
