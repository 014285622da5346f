//! A clock that the test moves.

use std::sync::Mutex;

use server::clock::Clock;
use time::{Duration, OffsetDateTime};

pub struct TestClock(Mutex<OffsetDateTime>);

impl TestClock {
    pub fn new() -> Self {
        // What is made five days on must be valid by everybody else's clock, too. The queue counts milliseconds.
        let start = OffsetDateTime::now_utc() - Duration::days(6);
        Self(Mutex::new(start.truncate_to_second()))
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
