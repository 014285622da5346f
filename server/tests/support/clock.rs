//! A clock that the test moves.

use std::sync::Mutex;

use server::clock::Clock;
use time::{Duration, OffsetDateTime};

pub struct TestClock {
    now: Mutex<OffsetDateTime>,
    elapsed: Mutex<std::time::Duration>,
}

impl TestClock {
    pub fn new() -> Self {
        // What is made five days on must be valid by everybody else's clock, too. The queue counts milliseconds.
        let start = OffsetDateTime::now_utc() - Duration::days(6);
        Self {
            now: Mutex::new(start.truncate_to_second()),
            elapsed: Mutex::default(),
        }
    }

    /// Time goes by.
    pub fn forward(&self, by: Duration) {
        self.put_right(by);
        *self.elapsed.lock().unwrap() += by.unsigned_abs();
    }

    /// The clock is put right, and no time goes by.
    pub fn put_right(&self, by: Duration) {
        *self.now.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        *self.now.lock().unwrap()
    }

    fn elapsed(&self) -> std::time::Duration {
        *self.elapsed.lock().unwrap()
    }
}
