//! Limits how many refusals an alias's activity page records. Anybody can cause thousands a minute. Each would write to the
//! database and push useful entries off the page.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use app::id::AliasId;
use time::{Duration, OffsetDateTime};

/// Most refusals of an alias that are recorded in a [`WINDOW`].
const MOST: u32 = 100;
const WINDOW: Duration = Duration::hours(1);
/// The number of aliases after which those whose window is over are forgotten.
const MOST_REMEMBERED: usize = 10_000;

/// Counts the recorded refusals of each alias, in memory.
#[derive(Default)]
pub struct Notes(Mutex<HashMap<AliasId, Noted>>);

struct Noted {
    until: OffsetDateTime,
    count: u32,
}

impl Notes {
    /// Counts a refusal. Returns whether it is to be recorded.
    pub fn admit(&self, alias: AliasId, now: OffsetDateTime) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_REMEMBERED {
            all.retain(|_, noted| noted.until > now);
        }
        let fresh = || Noted {
            until: now + WINDOW,
            count: 0,
        };
        let noted = all.entry(alias).or_insert_with(fresh);
        if noted.until <= now {
            *noted = fresh();
        }
        noted.count = noted.count.saturating_add(1);
        noted.count <= MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_an_hour_are_recorded_for_each_alias() {
        let (notes, now) = (Notes::default(), OffsetDateTime::UNIX_EPOCH);
        let recorded = |alias, now| (0..250).filter(|_| notes.admit(AliasId(alias), now)).count();
        assert_eq!((recorded(1, now), recorded(2, now)), (100, 100));
        assert_eq!(recorded(1, now + Duration::minutes(59)), 0);
        assert_eq!(recorded(1, now + WINDOW), 100);
    }

    #[test]
    fn aliases_whose_time_is_over_are_forgotten_and_others_are_not() {
        let (notes, now) = (Notes::default(), OffsetDateTime::UNIX_EPOCH);
        let many = i64::try_from(MOST_REMEMBERED).unwrap();
        let remembered = || notes.0.lock().unwrap().len();
        for alias in 1..many {
            notes.admit(AliasId(alias), now);
        }
        let half = now + WINDOW / 2;
        let recorded = |now| (0..250).filter(|_| notes.admit(AliasId(many), now)).count();
        assert_eq!((recorded(half), remembered()), (100, MOST_REMEMBERED));
        notes.admit(AliasId(many + 1), now + WINDOW);
        assert_eq!(remembered(), 2);
        assert_eq!(recorded(now + WINDOW), 0);
    }
}
