//! Removes each hour what has ended, and what is older than it is kept.

use std::{sync::Arc, time::Duration};

use time::OffsetDateTime;
use tokio::time::interval;
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    config::Config,
    queue::backoff::longest_wait,
    store::{Store, StoreError, clock_mark::Course},
};

/// How often it is done.
const EACH: Duration = Duration::from_secs(60 * 60);

/// The part of the relay that removes what has ended.
#[derive(Clone)]
pub(super) struct Housekeeping {
    store: Store,
    clock: Arc<dyn Clock>,
    /// How long the keys of contacts that are not used are kept. `None` keeps them.
    contact_keys: Option<time::Duration>,
    /// The queue's pause after the first failed try.
    first_pause: Duration,
}

impl Housekeeping {
    pub fn new(store: Store, clock: Arc<dyn Clock>, config: &Config) -> Self {
        Self {
            store,
            clock,
            contact_keys: config.contact_keys,
            first_pause: config.first_pause,
        }
    }

    /// Runs at once, and each hour until the relay stops.
    pub async fn run(self, stop: CancellationToken) {
        let mut hours = interval(EACH);
        while stop.run_until_cancelled(hours.tick()).await.is_some() {
            let now = self.clock.now();
            if let Err(error) = self.tidy(now).await {
                tracing::warn!(%error, "what has ended could not be removed");
            }
        }
    }

    async fn tidy(&self, now: OffsetDateTime) -> Result<(), StoreError> {
        let course = self.store.mark_clock(now).await?;
        // Leases of other relays seem to lie in the future for one whose clock is behind theirs. It finds the time gone back each time.
        if course != Course::Back {
            let called = self.store.call_back(longest_wait(self.first_pause), now).await?;
            if called > 0 {
                tracing::warn!(
                    messages = called,
                    "the clock was ahead: messages of the queue wait no longer"
                );
            }
        }
        self.store.prune(now).await?;
        // The time may be what a wrong clock shows.
        if course != Course::Steady {
            return Ok(());
        }
        self.store.forget_threads(now).await?;
        if let Some(kept) = self.contact_keys {
            let contacts = self.store.remove_unused_keys(now - kept, now).await?;
            if contacts > 0 {
                tracing::info!(contacts, "removed the keys of unused contacts");
            }
        }
        Ok(())
    }
}
