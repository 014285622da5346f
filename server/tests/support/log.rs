//! The log of a test.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use tracing::{Level, subscriber::DefaultGuard};

/// All that is logged on the thread of this test, which has one only, until the guard is dropped.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// As the relay logs.
    pub fn start() -> (Self, DefaultGuard) {
        Self::start_at(Level::INFO)
    }

    pub fn start_at(level: Level) -> (Self, DefaultGuard) {
        log_everything();
        let log = Self::default();
        let writer = log.clone();
        let lines = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(lines))
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    pub fn count(&self, words: &str) -> usize {
        self.text().matches(words).count()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Every line of the log is formatted, to nowhere, so that a fault in one is found here; and a test that reads its own log
/// finds all call sites awake, whichever thread met them first.
pub fn log_everything() {
    let log = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(std::io::sink)
        .finish();
    // Set by an earlier test of the same process otherwise.
    let _ = tracing::subscriber::set_global_default(log);
}
