//! Follows a rotation of the master key, and says under which key this relay writes.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, interval};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::{Clock, SystemClock},
    store::{Store, StoreError},
    vault::Vault,
};

/// How often the database is asked which master key it belongs to.
const LOOK: Duration = Duration::from_secs(2);

/// How often the relay says that it runs: thrice before it counts as killed ([`crate::store::rotation::GONE`]).
const REPORT: Duration = Duration::from_secs(60);

/// How long after a change something may still be stored that was wrapped under the key before.
const UNDER_WAY: Duration = Duration::from_secs(10);

/// Watches until the relay stops. If the database goes over to a key that the relay does not have, nothing more is written, and
/// `broken` says that the relay has to stop.
pub(super) async fn watch(store: Store, vault: Arc<Vault>, broken: CancellationToken, stop: CancellationToken) {
    let mut looks = interval(LOOK);
    let (mut said, mut since) = (vault.writing(), Instant::now());
    let mut reported = Instant::now();
    while stop.run_until_cancelled(looks.tick()).await.is_some() {
        let before = vault.writing();
        match store.follow_rotation(&vault).await {
            Ok(()) => {}
            Err(error @ (StoreError::ForeignMasterKey | StoreError::NoPreviousMasterKey)) => {
                vault.use_key(None);
                tracing::error!(%error, "the master key was rotated without this relay, which stops");
                broken.cancel();
                return;
            }
            // Nothing can be written either.
            Err(error) => tracing::debug!(%error, "it is unknown which master key the database belongs to"),
        }
        let writes = vault.writing();
        if writes != before {
            since = Instant::now();
            tracing::info!("writes under another master key from now on");
        }
        let is_news = writes != said && since.elapsed() > UNDER_WAY;
        if !is_news && reported.elapsed() < REPORT {
            continue;
        }
        let says = if is_news { writes } else { said };
        match store.report_running(&vault, says, SystemClock.now()).await {
            Ok(()) => (said, reported) = (says, Instant::now()),
            Err(error) => tracing::warn!(%error, "the database does not learn that this relay runs"),
        }
    }
    if let Err(error) = store.leave().await {
        tracing::warn!(%error, "the database does not learn that this relay stops");
    }
}
