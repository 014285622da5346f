//! Judges how useful a connection is, by the progress that it makes.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Octets that make up for a second. Whoever sends or takes fewer falls behind. The largest message at this rate would take
/// 14 hours, so no working mail server or browser is near it.
const OCTETS_PER_SECOND: u64 = 1 << 10;
/// A connection that counts as idle from here on is at work, and so never idle.
const AT_WORK: u64 = u64::MAX;

/// What one connection has done for its place. Its task writes this, and whoever needs the place reads it.
pub(crate) struct Standing {
    opened: Instant,
    /// The moment from which the connection counts as idle, in microseconds after `opened`. A moment to come means that it
    /// cannot be asked to leave.
    idle_from: AtomicU64,
    worth: AtomicU32,
    leave: CancellationToken,
}

impl Standing {
    /// Of a connection that has just been accepted.
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            opened: now,
            idle_from: AtomicU64::new(0),
            worth: AtomicU32::new(1),
            leave: CancellationToken::new(),
        }
    }

    /// The peer has done something that brings it closer to its end. Repeating a command does not.
    pub(crate) fn step(&self, now: Instant) {
        self.idle_from.store(self.since_opened(now), Ordering::Relaxed);
    }

    /// The server works for the peer. Until the next step it is the server that takes its time.
    pub(crate) fn work(&self) {
        self.idle_from.store(AT_WORK, Ordering::Relaxed);
    }

    /// Octets that were needed have passed. They make up for time without progress, and for up to `ahead` of the time to
    /// come.
    pub(crate) fn pass(&self, octets: usize, ahead: Duration, now: Instant) {
        let idle_from = self.idle_from.load(Ordering::Relaxed);
        if idle_from == AT_WORK {
            return;
        }
        let octets = u64::try_from(octets).unwrap_or(u64::MAX);
        let earned = octets.saturating_mul(1_000_000) / OCTETS_PER_SECOND;
        let most = self.since_opened(now).saturating_add(micros(ahead));
        self.idle_from
            .store(idle_from.saturating_add(earned).min(most), Ordering::Relaxed);
    }

    /// Sets how much idle time counts: the worth divides it. A new connection has 1.
    pub(crate) fn value(&self, worth: u32) {
        self.worth.store(worth.max(1), Ordering::Relaxed);
    }

    /// The time without progress; `None` if the connection makes progress, or the server works for it.
    pub(super) fn idle(&self, now: Instant) -> Option<Duration> {
        let idle = self
            .since_opened(now)
            .checked_sub(self.idle_from.load(Ordering::Relaxed))?;
        Some(Duration::from_micros(idle))
    }

    pub(super) fn worth(&self) -> u32 {
        self.worth.load(Ordering::Relaxed)
    }

    /// Asks the connection to leave. Its place is somebody else's from now on.
    pub(super) fn dismiss(&self) {
        self.leave.cancel();
    }

    /// Waits until the connection is asked to leave.
    pub(crate) async fn dismissed(&self) {
        self.leave.cancelled().await;
    }

    /// Whether the connection was asked to leave.
    pub(crate) fn is_dismissed(&self) -> bool {
        self.leave.is_cancelled()
    }

    fn since_opened(&self, now: Instant) -> u64 {
        micros(now.saturating_duration_since(self.opened))
    }
}

fn micros(time: Duration) -> u64 {
    // Below AT_WORK: half a million years.
    u64::try_from(time.as_micros()).unwrap_or(AT_WORK - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AHEAD: Duration = Duration::from_secs(10);

    /// A connection, and the moments after it was opened.
    fn opened() -> (Standing, impl Fn(u64) -> Instant) {
        let start = Instant::now();
        (Standing::new(start), move |seconds| {
            start + Duration::from_secs(seconds)
        })
    }

    fn idle(standing: &Standing, now: Instant) -> Option<u64> {
        standing.idle(now).map(|idle| idle.as_secs())
    }

    #[test]
    fn an_octet_a_minute_is_no_progress() {
        let (standing, after) = opened();
        for minute in 1..5 {
            let now = after(60 * minute);
            standing.pass(1, AHEAD, now);
            assert_eq!(idle(&standing, now), Some(60 * minute - 1));
        }
    }

    #[test]
    fn a_slow_link_makes_progress_and_may_pause() {
        let (standing, after) = opened();
        for second in 1..=100 {
            standing.pass(2 << 10, AHEAD, after(second));
            assert_eq!(idle(&standing, after(second)), None);
        }
        standing.pass(50 << 20, AHEAD, after(100));
        assert_eq!(idle(&standing, after(109)), None);
        assert_eq!(idle(&standing, after(111)), Some(1), "a burst does not count for long");
    }

    #[test]
    fn a_connection_that_the_server_works_for_is_not_idle() {
        let (standing, after) = opened();
        standing.work();
        standing.pass(1, AHEAD, after(50));
        assert_eq!(idle(&standing, after(100)), None);
        standing.step(after(100));
        assert_eq!(idle(&standing, after(103)), Some(3));
    }

    #[test]
    fn octets_taken_never_buy_time_to_come() {
        let (standing, after) = opened();
        standing.pass(1 << 20, Duration::ZERO, after(0));
        assert_eq!(idle(&standing, after(2)), Some(2));
    }
}
