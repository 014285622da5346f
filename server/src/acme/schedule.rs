//! Computes when a certificate is renewed, and when a failed attempt is repeated. Pure.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use time::OffsetDateTime;

use crate::tls::Leaf;

/// The pause after the first failure. Let's Encrypt refuses a name for an hour after five failures of its proof, and with
/// this pause, doubled each time, there are four at most within an hour.
pub(super) const FIRST: Duration = Duration::from_secs(5 * 60);
/// The longest pause between two attempts, before a random part is added.
const LONGEST: Duration = Duration::from_secs(12 * 60 * 60);
/// The same with the random part, which is at most as long again.
pub(super) const LONGEST_WITH_JITTER: Duration = LONGEST.saturating_mul(2);
/// The shortest time between two certificates. Let's Encrypt issues five for the same names within seven days: one each 34
/// hours. A wrong clock, or a name that comes and goes, must not use that up.
pub(super) const BETWEEN: Duration = Duration::from_secs(36 * 60 * 60);

/// When a certificate is renewed: when a third of its lifetime is left, or earlier by up to a thirtieth. `share`, from 0
/// to 1, says by how much of that, so that relays that started together do not ask together.
pub(super) fn renewal(leaf: &Leaf, share: f64) -> OffsetDateTime {
    let lifetime = leaf.not_after - leaf.not_before;
    leaf.not_after - lifetime / 3 - lifetime / 30 * share.clamp(0.0, 1.0)
}

/// Whether so little time is left that a certificate with fewer names is better than none: a sixth of the lifetime, which is
/// half of the time that renewals have.
pub(super) fn is_near_end(leaf: &Leaf, now: OffsetDateTime) -> bool {
    now >= leaf.not_after - (leaf.not_after - leaf.not_before) / 6
}

/// The shortest time from this certificate to the next. Some CAs of one's own issue for a day only.
pub(super) fn between(leaf: &Leaf) -> Duration {
    let lifetime = Duration::try_from(leaf.not_after - leaf.not_before).unwrap_or_default();
    BETWEEN.min(lifetime / 2)
}

/// How long to wait after so many failures in a row. Pauses double; a random part is added.
pub(super) fn pause(failures: u32) -> Duration {
    let mut pauses = ExponentialBuilder::new()
        .with_min_delay(FIRST)
        .with_max_delay(LONGEST)
        .with_jitter()
        .without_max_times()
        .build();
    // After this many attempts the pause stays the same.
    let nth = failures.saturating_sub(1).min(32) as usize;
    pauses.nth(nth).unwrap_or(LONGEST)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn leaf() -> Leaf {
        Leaf {
            not_before: datetime!(2026-09-01 00:00 UTC),
            not_after: datetime!(2026-11-30 00:00 UTC),
            names: Vec::new(),
        }
    }

    #[test]
    fn a_certificate_of_ninety_days_is_renewed_when_thirty_to_thirty_three_are_left() {
        assert_eq!(renewal(&leaf(), 0.0), datetime!(2026-10-31 00:00 UTC));
        assert_eq!(renewal(&leaf(), 1.0), datetime!(2026-10-28 00:00 UTC));
    }

    #[test]
    fn names_are_given_up_in_the_last_fifteen_of_ninety_days() {
        assert!(!is_near_end(&leaf(), datetime!(2026-11-14 23:59 UTC)));
        assert!(is_near_end(&leaf(), datetime!(2026-11-15 00:00 UTC)));
        assert!(is_near_end(&leaf(), datetime!(2027-01-01 00:00 UTC)));
    }

    #[test]
    fn five_certificates_take_more_than_a_week_unless_they_are_short_lived() {
        assert!(between(&leaf()) * 5 > Duration::from_secs(7 * 24 * 60 * 60));
        let day = Leaf {
            not_after: leaf().not_before + time::Duration::DAY,
            ..leaf()
        };
        let begin = day.not_before;
        assert!(begin + between(&day) < renewal(&day, 1.0));
    }

    #[test]
    fn pauses_grow_to_half_a_day_and_leave_four_attempts_an_hour() {
        let mut least = Duration::ZERO;
        for failures in 1..=40 {
            let pause = pause(failures);
            let expected = FIRST
                .saturating_mul(1 << failures.min(20).saturating_sub(1))
                .min(LONGEST);
            assert!(pause >= expected && pause <= 2 * expected, "{pause:?} after {failures}");
            assert!(pause <= LONGEST_WITH_JITTER);
            if failures <= 4 {
                least += expected;
            }
        }
        assert!(least > Duration::from_secs(60 * 60));
    }
}
