//! A clock that the test moves.

use std::sync::Mutex;

use server::clock::Clock;
use time::{Duration, OffsetDateTime};

pub struct TestClock(Mutex<OffsetDateTime>);

impl TestClock {
    pub fn new() -> Self {
        // The queue counts milliseconds.
        Self(Mutex::new(OffsetDateTime::now_utc().truncate_to_second()))
    }

    pub fn forward(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap()
    }
}
