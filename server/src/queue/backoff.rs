//! Computes when a failed delivery is tried again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use time::OffsetDateTime;

/// The longest pause between two tries.
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);
/// How long an item is tried. RFC 5321 §4.5.4.1 asks for four to five days.
const GIVE_UP: time::Duration = time::Duration::days(5);

/// The longest that an item waits for its next try, with the random part. No lease lasts as long.
pub fn longest_wait(first: Duration) -> time::Duration {
    time::Duration::try_from(2 * LONGEST.max(first)).unwrap_or(GIVE_UP)
}

/// When an item that has failed `attempts` times is tried again. Returns `None` if it is to be given up. Pauses double. A
/// random part is added, so that items that failed together are not retried together.
pub fn next_try(
    first: Duration,
    attempts: u32,
    created: OffsetDateTime,
    now: OffsetDateTime,
) -> Option<OffsetDateTime> {
    if now >= created + GIVE_UP {
        return None;
    }
    let mut pauses = ExponentialBuilder::new()
        .with_min_delay(first)
        .with_max_delay(LONGEST.max(first))
        .with_jitter()
        .without_max_times()
        .build();
    // After this many attempts the pause stays the same.
    let nth = attempts.saturating_sub(1).min(32) as usize;
    let pause = pauses.nth(nth).unwrap_or(LONGEST);
    // The last try happens at the end of the period, not before it.
    Some((now + pause).min(created + GIVE_UP))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const FIRST: Duration = Duration::from_secs(60);

    #[test]
    fn pauses_grow_and_end() {
        let created = datetime!(2026-11-24 08:00 UTC);
        let mut now = created;
        let mut tries = 0;
        let mut last = time::Duration::ZERO;
        while let Some(next) = next_try(FIRST, tries + 1, created, now) {
            let pause = next - now;
            assert!(next > now && pause <= LONGEST * 2, "{pause}");
            if tries < 5 {
                assert!(
                    pause >= FIRST * 2u32.pow(tries) && pause <= FIRST * 2u32.pow(tries + 1),
                    "{pause}"
                );
            }
            (now, last, tries) = (next, pause, tries + 1);
        }
        assert_eq!(now, created + GIVE_UP, "the last try is at the very end");
        assert!(last > time::Duration::ZERO);
        assert!((40..=100).contains(&tries), "{tries}");
    }

    #[test]
    fn what_failed_together_comes_back_apart() {
        let now = datetime!(2026-11-24 08:00 UTC);
        let times: std::collections::HashSet<_> = (0..20).filter_map(|_| next_try(FIRST, 3, now, now)).collect();
        assert!(times.len() > 10, "{times:?}");
    }
}
