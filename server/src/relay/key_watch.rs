//! Follows a rotation of the master key, and says under which key this relay writes.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use tokio::time::{Instant, interval, timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::{Clock, SystemClock},
    store::{Store, StoreError},
    vault::{Vault, Which},
};

/// How often the database is asked which master key it belongs to.
const LOOK: Duration = Duration::from_secs(2);

/// How often the relay says that it runs: thrice before it counts as killed ([`crate::store::rotation::GONE`]).
const REPORT: Duration = Duration::from_secs(60);

/// The longest time for one question to the database. It is a row by its key.
const QUESTION: Duration = Duration::from_secs(10);

/// After so long without an answer it is not known any more under which key to write, and nothing is. It is well below the time after
/// which this relay counts as killed ([`crate::store::rotation::GONE`]).
const UNKNOWN: Duration = Duration::from_secs(60);

/// How long after a change something is usually still stored that was wrapped under the key before. A message may take minutes: what is
/// stored later is taken along when the operator runs the rotation once more, as docs/OPERATING.md says.
const UNDER_WAY: Duration = Duration::from_secs(10);

/// Watches until all other parts of the relay have stopped, because they write until then. If the database goes over to a key that the
/// relay does not have, nothing more is written, and `broken` says that the relay has to stop.
pub(super) async fn watch(store: Store, vault: Arc<Vault>, broken: CancellationToken, stop: CancellationToken) {
    let mut looks = interval(LOOK);
    let mut watch = Watch {
        said: vault.writing(),
        since: Instant::now(),
        reported: Instant::now(),
        followed: Instant::now(),
        store,
        vault,
    };
    while stop.run_until_cancelled(looks.tick()).await.is_some() {
        if watch.follow().await.is_break() {
            broken.cancel();
            return;
        }
        watch.report().await;
    }
}

/// Says that this relay writes nothing more.
pub(super) async fn leave(store: &Store) {
    if let Err(error) = ask(store.leave()).await {
        tracing::warn!(%error, "the database does not learn that this relay stops");
    }
}

async fn ask(question: impl Future<Output = Result<(), StoreError>>) -> Result<(), StoreError> {
    timeout(QUESTION, question).await.unwrap_or(Err(StoreError::NoAnswer))
}

struct Watch {
    store: Store,
    vault: Arc<Vault>,
    /// The key that the database was told of.
    said: Option<Which>,
    /// When the relay began to write under its key.
    since: Instant,
    /// When the database was told last.
    reported: Instant,
    /// When the database said last which key it belongs to.
    followed: Instant,
}

impl Watch {
    /// Writes under the key that the database belongs to. Breaks if the relay does not have it.
    async fn follow(&mut self) -> ControlFlow<()> {
        let before = self.vault.writing();
        match ask(self.store.follow_rotation(&self.vault)).await {
            Ok(()) => {
                self.followed = Instant::now();
                if self.vault.writing() != before {
                    self.since = Instant::now();
                    tracing::info!("writes under another master key from now on");
                }
                ControlFlow::Continue(())
            }
            Err(error) => self.stay_behind(&error),
        }
    }

    /// Breaks if the database belongs to a key that the relay does not have. If that is not known for long, nothing is written.
    fn stay_behind(&self, error: &StoreError) -> ControlFlow<()> {
        if let StoreError::ForeignMasterKey | StoreError::NoPreviousMasterKey = error {
            self.vault.use_key(None);
            tracing::error!(%error, "the master key was rotated without this relay, which stops");
            return ControlFlow::Break(());
        }
        if self.followed.elapsed() > UNKNOWN && self.vault.writing().is_some() {
            self.vault.use_key(None);
            tracing::error!(%error, "it is unknown which master key the database belongs to, so that nothing is written");
        }
        ControlFlow::Continue(())
    }

    /// Tells the database of the key, once nothing is under way any more that was wrapped before, and each minute.
    async fn report(&mut self) {
        let writes = self.vault.writing();
        let is_news = writes != self.said && self.since.elapsed() > UNDER_WAY;
        if !is_news && self.reported.elapsed() < REPORT {
            return;
        }
        let says = if is_news { writes } else { self.said };
        match ask(self.store.report_running(&self.vault, says, SystemClock.now())).await {
            Ok(()) => (self.said, self.reported) = (says, Instant::now()),
            Err(error) => tracing::warn!(%error, "the database does not learn that this relay runs"),
        }
    }
}
