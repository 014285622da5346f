//! How much a computation costs, whatever else the machine does: the processor time of this thread, not the time of day.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// How many times as long the larger input is, see [`assert_linear`].
pub const LARGER: usize = 8;

/// Between linear work ([`LARGER`]) and quadratic work (its square): caches and page faults cost the larger input a little more.
const MOST: u32 = 24;

/// The processor time that this thread spends.
pub fn work<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let before = spent();
    let done = run();
    (spent().saturating_sub(before), done)
}

/// Fails if the work on an input grows faster than the input. `make` gets the factor: 1, then [`LARGER`].
#[track_caller]
pub fn assert_linear<I, T>(make: impl Fn(usize) -> I, run: impl Fn(&I) -> T) {
    let (small, large) = (make(1), make(LARGER));
    let time = |input| work(|| run(input)).0;
    // The least of a few is what it takes when nothing else is going on. Below a millisecond it is the measuring that is measured.
    let one = (0..3).map(|_| time(&small)).min().unwrap_or_default();
    let most = MOST * one.max(Duration::from_millis(1));
    let times: Vec<_> = (0..3).map(|_| time(&large)).take_while(|time| *time >= most).collect();
    assert!(times.len() < 3, "{LARGER} times the input: {one:?}, then {times:?}");
}

/// Fails if one of two takes longer than the other, by more than one part in `parts`: what a client could tell by the time of
/// the answer.
#[track_caller]
pub fn assert_same(parts: u32, one: impl Fn(), other: impl Fn()) {
    let (mut first, mut second) = (Duration::MAX, Duration::MAX);
    let differ = |first: Duration, second: Duration| first.abs_diff(second) * parts >= second;
    // The least of many is what it takes when nothing else is going on. Beside other work it takes more to see it.
    for round in 1..=1500 {
        first = first.min(work(&one).0);
        second = second.min(work(&other).0);
        if round % 150 == 0 && !differ(first, second) {
            return;
        }
    }
    panic!("{first:?} and {second:?}");
}

fn spent() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}
