//! Keeps when the next attempt may be made. A copy in a file outlives a restart, so that a program that is started again and
//! again does not use up what the CA allows.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    AcmeError,
    kept::{self, Asked},
    schedule,
};
use crate::{causes::chain, clock::Clock};

/// The file.
pub(super) struct PauseFile {
    pub path: PathBuf,
    pub asked: Asked,
}

/// When the next attempt may be made, by [`Clock::elapsed`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pause {
    /// Failures in a row.
    pub failures: u32,
    /// From when on an attempt is allowed if there is no usable certificate.
    pub without: Duration,
    /// From when on an attempt is allowed if there is one.
    pub with: Duration,
}

/// The content of the file.
#[derive(Serialize, Deserialize)]
struct Stored {
    asked: Asked,
    failures: u32,
    /// In seconds since 1970.
    not_before: i64,
}

impl Pause {
    /// After a number of failures in a row.
    pub(super) fn after_failures(failures: u32, clock: &dyn Clock) -> Self {
        let until = clock.elapsed() + schedule::pause(failures);
        Self {
            failures,
            without: until,
            with: until,
        }
    }

    /// After a certificate was obtained. `between` is the shortest time to the next one.
    pub(super) fn after_success(between: Duration, clock: &dyn Clock) -> Self {
        Self {
            failures: 0,
            // It is there now, so it was lost if it is not; that must not become a habit either.
            without: clock.elapsed() + schedule::FIRST,
            with: clock.elapsed() + between,
        }
    }

    /// How long to wait still.
    pub(super) fn left(self, has_certificate: bool, clock: &dyn Clock) -> Duration {
        let until = match has_certificate {
            true => self.with,
            false => self.without,
        };
        until.saturating_sub(clock.elapsed())
    }
}

impl PauseFile {
    /// The pause that was written last, if the settings are still those of that time; else none.
    pub(super) fn read(&self, clock: &dyn Clock) -> Pause {
        let stored = kept::read(&self.path).unwrap_or_else(|error| {
            let error = chain(&error);
            tracing::warn!(error, "earlier failures are not known");
            None
        });
        let stored = stored.filter(|stored: &Stored| stored.asked == self.asked);
        let Some(stored) = stored else {
            return Pause::default();
        };
        let until = clock.elapsed() + stored.left(clock.now());
        Pause {
            failures: stored.failures,
            without: match stored.failures {
                0 => Duration::ZERO,
                _ => until,
            },
            with: until,
        }
    }

    /// Begins an attempt. It counts as a failure from now on, in case that the program is killed before its end.
    pub(super) fn begin<'a>(&'a self, before: Pause, clock: &'a dyn Clock) -> Result<Begun<'a>, AcmeError> {
        self.write(Pause::after_failures(before.failures.saturating_add(1), clock), clock)?;
        Ok(Begun {
            file: self,
            clock,
            before: Some(before),
        })
    }

    /// Writes a pause.
    pub(super) fn write(&self, pause: Pause, clock: &dyn Clock) -> Result<(), AcmeError> {
        let not_before = clock.now() + pause.left(true, clock);
        let stored = Stored {
            asked: self.asked.clone(),
            failures: pause.failures,
            not_before: not_before.unix_timestamp(),
        };
        kept::write(&self.path, &stored)
    }
}

/// An attempt under way.
#[must_use]
pub(super) struct Begun<'a> {
    file: &'a PauseFile,
    clock: &'a dyn Clock,
    before: Option<Pause>,
}

impl Begun<'_> {
    /// The attempt has ended, and its outcome is written.
    pub(super) fn end(mut self) {
        self.before = None;
    }
}

impl Drop for Begun<'_> {
    /// Was the relay told to stop in the middle, the attempt was no failure. Its order is continued at the next start.
    fn drop(&mut self) {
        if let Some(before) = self.before
            && let Err(error) = self.file.write(before, self.clock)
        {
            let error = chain(&error);
            tracing::warn!(error, "the next attempt comes after a pause");
        }
    }
}

impl Stored {
    /// How much of the pause is left. If the clock was far ahead when it was written, this would be years.
    fn left(&self, now: OffsetDateTime) -> Duration {
        let left = self.not_before.saturating_sub(now.unix_timestamp());
        let longest = match self.failures {
            0 => schedule::BETWEEN,
            _ => schedule::LONGEST_WITH_JITTER,
        };
        Duration::from_secs(u64::try_from(left).unwrap_or_default()).min(longest)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use time::macros::datetime;

    use super::*;

    struct Hands(Mutex<(OffsetDateTime, Duration)>);

    impl Clock for Hands {
        fn now(&self) -> OffsetDateTime {
            self.0.lock().unwrap().0
        }

        fn elapsed(&self) -> Duration {
            self.0.lock().unwrap().1
        }
    }

    fn clock(now: OffsetDateTime) -> Hands {
        Hands(Mutex::new((now, Duration::from_secs(7))))
    }

    fn file(folder: &tempfile::TempDir, names: &[&str]) -> PauseFile {
        PauseFile {
            path: folder.path().join("acme-pause.json"),
            asked: Asked {
                directory: "https://ca.example/dir".into(),
                names: names.iter().map(ToString::to_string).collect(),
            },
        }
    }

    const NOW: OffsetDateTime = datetime!(2026-11-30 00:00 UTC);

    #[test]
    fn a_pause_outlives_a_restart_while_the_settings_stay() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (file(&folder, &["a.example"]), self::file(&folder, &["b.example"]));
        assert_eq!(file.read(&clock(NOW)), Pause::default());
        let before = clock(NOW);
        let pause = Pause::after_failures(5, &before);
        file.write(pause, &before).unwrap();
        let after = clock(NOW + Duration::from_secs(60));
        let read = file.read(&after);
        assert_eq!(read.failures, 5);
        for has_certificate in [true, false] {
            let (left, expected) = (read.left(has_certificate, &after), pause.left(true, &before));
            assert!(
                left.abs_diff(expected) <= Duration::from_secs(61),
                "{left:?} of {expected:?}"
            );
            assert!(left > Duration::from_secs(60 * 60));
        }
        assert_eq!(
            other.read(&after),
            Pause::default(),
            "an operator who changed something need not wait"
        );
    }

    #[test]
    fn a_killed_attempt_counts_and_one_that_was_told_to_stop_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let (file, clock) = (file(&folder, &["a.example"]), clock(NOW));
        let begun = file.begin(Pause::default(), &clock).unwrap();
        assert_eq!(file.read(&clock).failures, 1, "as it is left by a kill");
        assert!(file.read(&clock).left(false, &clock) >= schedule::FIRST);
        drop(begun);
        let read = file.read(&clock);
        assert_eq!((read.failures, read.left(false, &clock)), (0, Duration::ZERO));
        file.begin(read, &clock).unwrap().end();
        assert_eq!(file.read(&clock).failures, 1);
    }

    #[test]
    fn after_a_success_only_a_lost_certificate_may_be_replaced_soon() {
        let folder = tempfile::tempdir().unwrap();
        let (file, clock) = (file(&folder, &["a.example"]), clock(NOW));
        let pause = Pause::after_success(schedule::BETWEEN, &clock);
        assert_eq!(pause.left(true, &clock), schedule::BETWEEN);
        assert_eq!(pause.left(false, &clock), schedule::FIRST);
        file.write(pause, &clock).unwrap();
        let read = file.read(&clock);
        assert_eq!(read.left(true, &clock), schedule::BETWEEN);
        assert_eq!(read.left(false, &clock), Duration::ZERO);
    }

    #[test]
    fn a_clock_that_was_years_ahead_or_behind_costs_no_more_than_the_longest_pause() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder, &["a.example"]);
        for written in [datetime!(2099-01-01 00:00 UTC), datetime!(1970-01-02 00:00 UTC)] {
            for pause in [
                Pause::after_failures(3, &clock(written)),
                Pause::after_success(schedule::BETWEEN, &clock(written)),
            ] {
                file.write(pause, &clock(written)).unwrap();
                let left = file.read(&clock(NOW)).left(true, &clock(NOW));
                assert!(left <= schedule::BETWEEN, "{left:?}");
            }
        }
    }
}
