//! Looks how old the newest backup is, for the page of metrics. A folder on a network may hang, and the page must not.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    task::spawn_blocking,
    time::{Instant, timeout},
};

use crate::{
    backup,
    clock::{Clock, SystemClock},
    metrics::NewestBackup,
};

/// How long a look counts.
const AGE: Duration = Duration::from_secs(60);
/// How long the page waits for a look.
const PATIENCE: Duration = Duration::from_secs(1);

/// The folder of backups, and what the last look at it has found.
#[derive(Clone)]
pub struct Backups(Option<Arc<Watched>>);

struct Watched {
    folder: PathBuf,
    seen: Mutex<Seen>,
}

struct Seen {
    newest: NewestBackup,
    at: Option<Instant>,
    is_looking: bool,
}

impl Backups {
    /// Backups in this folder, if they are made.
    pub fn new(folder: Option<PathBuf>) -> Self {
        let seen = Mutex::new(Seen {
            newest: NewestBackup::None,
            at: None,
            is_looking: false,
        });
        Self(folder.map(|folder| Arc::new(Watched { folder, seen })))
    }

    /// Returns the newest backup, at most a minute late. While a look hangs, it is the one of before.
    pub(super) async fn newest(&self) -> NewestBackup {
        let Some(watched) = &self.0 else {
            return NewestBackup::NotWanted;
        };
        if watched.begin() {
            let looking = Arc::clone(watched);
            let look = spawn_blocking(move || looking.look());
            // It goes on, and counts for the next page.
            let _ = timeout(PATIENCE, look).await;
        }
        watched.seen.lock().unwrap_or_else(PoisonError::into_inner).newest
    }
}

impl Watched {
    /// Whether it is time for a look, of which there is one at a time.
    fn begin(&self) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = !seen.is_looking && seen.at.is_none_or(|at| at.elapsed() >= AGE);
        seen.is_looking |= is_due;
        is_due
    }

    fn look(&self) {
        let newest = match backup::newest(&self.folder, SystemClock.now()) {
            Ok(Some(made)) => NewestBackup::Made(made),
            _ => NewestBackup::None,
        };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Seen {
            newest,
            at: Some(Instant::now()),
            is_looking: false,
        };
    }
}
