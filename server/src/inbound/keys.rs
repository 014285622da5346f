//! Keys for correspondents, made ahead of need: to make one takes longer than all the rest of sealing.

use std::{sync::Arc, time::Duration};

use app::pki::{PkiError, key::CorrespondentKey};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use tokio::{sync::Notify, task, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::{
    store::{Store, StoreError},
    vault::{Purpose, Vault, VaultError},
};

/// After a fault.
const PAUSE: Duration = Duration::from_secs(10);

/// The pool.
pub struct KeyPool {
    store: Store,
    vault: Arc<Vault>,
    size: u64,
    taken: Notify,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyPoolError {
    /// The database.
    #[error("the pool of keys cannot be reached")]
    Store(#[from] StoreError),
    /// A key could not be wrapped.
    #[error("a pooled key could not be wrapped")]
    Vault(#[from] VaultError),
    /// A key could not be made.
    #[error("a key could not be made")]
    Key(#[from] PkiError),
    /// The thread that made it broke.
    #[error("a key could not be made")]
    Thread(#[from] task::JoinError),
}

impl KeyPool {
    /// Over a database; `size` keys are kept ready.
    pub fn new(store: Store, vault: Arc<Vault>, size: u64) -> Self {
        Self {
            store,
            vault,
            size,
            taken: Notify::new(),
        }
    }

    /// A key that nobody else has: from the pool, or made now.
    pub async fn take(&self) -> Result<CorrespondentKey, KeyPoolError> {
        let pooled = self.store.take_pooled_key().await?;
        self.taken.notify_one();
        if let Some(wrapped) = pooled {
            match self.vault.unwrap(Purpose::Pooled, &wrapped) {
                Ok(key) => return Ok(CorrespondentKey::from_pkcs8(&key)?),
                Err(error) => tracing::error!(%error, "a pooled key is thrown away"),
            }
        }
        made().await
    }

    /// Keeps the pool full until it is told to stop, one key at a time, so that mail has the other processors.
    pub async fn fill(&self, stop: CancellationToken) {
        loop {
            match self.add_one().await {
                Ok(true) => continue,
                Ok(false) => {
                    tokio::select! {
                        () = self.taken.notified() => {}
                        () = stop.cancelled() => return,
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "the pool of keys is not filled");
                    if stop.run_until_cancelled(sleep(PAUSE)).await.is_none() {
                        return;
                    }
                }
            }
            if stop.is_cancelled() {
                return;
            }
        }
    }

    async fn add_one(&self) -> Result<bool, KeyPoolError> {
        if self.store.pooled_keys().await? >= self.size {
            return Ok(false);
        }
        let key = made().await?.to_pkcs8()?;
        let wrapped = self.vault.wrap(Purpose::Pooled, &key)?;
        self.store.add_pooled_key(wrapped).await?;
        Ok(true)
    }
}

async fn made() -> Result<CorrespondentKey, KeyPoolError> {
    let key = task::spawn_blocking(|| CorrespondentKey::generate(&mut UnwrapErr(SysRng)));
    Ok(key.await??)
}
