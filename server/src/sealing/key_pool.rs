//! Keys for correspondents, made ahead of need: to make one takes longer than all the rest of sealing.

use std::{sync::Arc, time::Duration};

use app::pki::{PkiError, key::ContactKey};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use tokio::{
    sync::{AcquireError, Notify, OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    processors::{Processors, ProcessorsError},
    store::{Store, StoreError},
    vault::{Purpose, Vault, VaultError},
};

/// After a fault.
const PAUSE: Duration = Duration::from_secs(10);

/// Most messages that wait for a key to be made. Each holds its message in memory; the sender of one more keeps it.
const MOST_WAITING: usize = 64;

/// How long a message waits for its turn: far less than a sender waits for the answer to DATA (RFC 5321 §4.5.3.2.6).
const MOST_WAIT: Duration = Duration::from_secs(60);

/// The pool.
pub struct KeyPool {
    store: Store,
    vault: Arc<Vault>,
    size: u64,
    taken: Notify,
    processors: Processors,
    /// Keys that are made at once.
    makers: Arc<Semaphore>,
    /// Messages that wait for one.
    waiting: Semaphore,
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
    /// The work was not done.
    #[error("a key could not be made")]
    Processors(#[from] ProcessorsError),
    /// The relay stops.
    #[error("no more keys are made")]
    Stopped(#[from] AcquireError),
    /// More keys are asked for than can be made in time.
    #[error("too many keys are asked for")]
    Busy,
}

impl KeyPool {
    /// Over a database; `size` keys are kept ready. Keys are made on `processors`, and take half of this machine's at most (but
    /// one at least): what needs no new key never waits for more than those.
    pub fn new(store: Store, vault: Arc<Vault>, size: u64, processors: Processors) -> Self {
        let all = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            store,
            vault,
            size,
            taken: Notify::new(),
            processors,
            makers: Arc::new(Semaphore::new((all / 2).max(1))),
            waiting: Semaphore::new(MOST_WAITING),
        }
    }

    /// A key that nobody else has: from the pool, or made now. [`KeyPoolError::Busy`] if too many others wait for theirs.
    pub async fn take(&self) -> Result<ContactKey, KeyPoolError> {
        let pooled = self.store.take_pooled_key().await?;
        self.taken.notify_one();
        if let Some(wrapped) = pooled {
            match self.vault.unwrap(Purpose::Pooled, &wrapped) {
                Ok(key) => return Ok(ContactKey::from_pkcs8(&key)?),
                Err(error) => tracing::error!(%error, "a pooled key is thrown away"),
            }
        }
        let _place = self.waiting.try_acquire().map_err(|_| KeyPoolError::Busy)?;
        let turn = timeout(MOST_WAIT, Arc::clone(&self.makers).acquire_owned()).await;
        self.make(turn.map_err(|_| KeyPoolError::Busy)??).await
    }

    /// Keeps the pool full until it is told to stop, one key at a time, in turn with messages that wait for theirs.
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
        let turn = Arc::clone(&self.makers).acquire_owned().await?;
        let key = self.make(turn).await?.to_pkcs8()?;
        let wrapped = self.vault.wrap(Purpose::Pooled, &key)?;
        self.store.add_pooled_key(wrapped).await?;
        Ok(true)
    }

    /// The turn ends with the work, even if nobody waits for the key any more.
    async fn make(&self, turn: OwnedSemaphorePermit) -> Result<ContactKey, KeyPoolError> {
        let make = move || {
            let _turn = turn;
            ContactKey::generate(&mut UnwrapErr(SysRng))
        };
        Ok(self.processors.run(make).await??)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use zeroize::Zeroizing;

    use super::*;
    use crate::vault::MasterKeySource;

    /// An async thread that made the key would have it as soon as the turn.
    #[tokio::test]
    async fn keys_are_made_on_processors_only() {
        let master = Zeroizing::new("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=".to_owned());
        let vault = Arc::new(Vault::open(&MasterKeySource::Value(master)).unwrap());
        let store = Store::connect("sqlite::memory:").await.unwrap();
        let processors = Processors::of_this_machine();
        let pool = KeyPool::new(store, vault, 1, processors.clone());
        for for_message in [true, false] {
            let all = processors.all().await;
            let turns = pool.makers.available_permits();
            let mut made = pin!(async {
                match for_message {
                    true => drop(pool.take().await.unwrap()),
                    false => assert!(pool.add_one().await.unwrap()),
                }
            });
            let has_turn = async {
                while pool.makers.available_permits() == turns {
                    sleep(Duration::from_millis(1)).await;
                }
            };
            tokio::select! {
                biased;
                () = &mut made => panic!("made without a processor"),
                () = has_turn => {}
            }
            drop(all);
            made.await;
        }
    }
}
