//! Generates contact keys in advance, because that takes longer than the rest of sealing.
//!
//! They wait in the database. A few wait in memory, so that the first message of a sender waits for no transaction that fetches
//! one; they are lost when the program ends. New keys are made when the senders of a moment have been served, unless few are left:
//! making one takes a processor, which those senders need.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

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

/// The pause after a database error.
const PAUSE: Duration = Duration::from_secs(10);

/// Most messages that wait for a new key. Each holds its message in memory, so the sender of one more must try again.
const MOST_WAITING: usize = 64;

/// The longest wait for a turn. It is far below the time that a sender waits for the reply to DATA (RFC 5321 §4.5.3.2.6).
const MOST_WAIT: Duration = Duration::from_secs(60);

/// Most keys that wait in memory.
const MOST_READY: u64 = 16;

/// As long as keys were taken within this time, no more are made if a quarter of them is left.
const CALM: Duration = Duration::from_secs(1);

/// A pool of unused contact keys.
pub struct KeyPool {
    store: Store,
    vault: Arc<Vault>,
    size: u64,
    ready: Mutex<Ready>,
    taken: Notify,
    processors: Processors,
    /// The number of keys that are made at a time.
    makers: Arc<Semaphore>,
    /// The messages that wait for a key.
    waiting: Semaphore,
}

/// The keys in memory, and when the last one was taken.
#[derive(Default)]
struct Ready {
    keys: Vec<ContactKey>,
    taken: Option<Instant>,
}

/// A step of filling the pool.
enum Step {
    /// Something was done.
    Done,
    /// There is nothing to do before a key is taken.
    Full,
    /// There is nothing to do for so long.
    NotYet(Duration),
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyPoolError {
    /// The database failed.
    #[error("the pool of keys cannot be reached")]
    Store(#[from] StoreError),
    /// A key could not be wrapped.
    #[error("a pooled key could not be wrapped")]
    Vault(#[from] VaultError),
    /// A key could not be made.
    #[error("a key could not be made")]
    Key(#[from] PkiError),
    /// A worker thread failed.
    #[error("a key could not be made")]
    Processors(#[from] ProcessorsError),
    /// The relay is stopping.
    #[error("no more keys are made")]
    Stopped(#[from] AcquireError),
    /// More keys were requested than can be made in time.
    #[error("too many keys are asked for")]
    Busy,
}

impl KeyPool {
    /// Creates a pool that keeps `size` keys ready in the database. Making keys uses at most half of `processors`, but at
    /// least one, so messages that need no new key are not held up.
    pub fn new(store: Store, vault: Arc<Vault>, size: u64, processors: Processors) -> Self {
        let all = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            store,
            vault,
            size,
            ready: Mutex::default(),
            taken: Notify::new(),
            processors,
            makers: Arc::new(Semaphore::new((all / 2).max(1))),
            waiting: Semaphore::new(MOST_WAITING),
        }
    }

    /// Returns an unused key from the pool, or makes one. Fails with [`KeyPoolError::Busy`] if too many messages wait
    /// already.
    pub async fn take(&self) -> Result<ContactKey, KeyPoolError> {
        let pooled = match self.take_ready() {
            Some(key) => Some(key),
            None => self.fetch(1).await?.pop(),
        };
        self.taken.notify_one();
        if let Some(key) = pooled {
            return Ok(key);
        }
        let _place = self.waiting.try_acquire().map_err(|_| KeyPoolError::Busy)?;
        let turn = timeout(MOST_WAIT, Arc::clone(&self.makers).acquire_owned()).await;
        self.make(turn.map_err(|_| KeyPoolError::Busy)??).await
    }

    fn take_ready(&self) -> Option<ContactKey> {
        let mut ready = self.ready();
        ready.taken = Some(Instant::now());
        ready.keys.pop()
    }

    fn ready(&self) -> MutexGuard<'_, Ready> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes keys from the database.
    async fn fetch(&self, most: usize) -> Result<Vec<ContactKey>, KeyPoolError> {
        let mut keys = Vec::new();
        for wrapped in self.store.take_pooled_keys(most).await? {
            match self.vault.unwrap(Purpose::Pooled, &wrapped) {
                Ok(key) => keys.push(ContactKey::from_pkcs8(&key)?),
                Err(error) => tracing::error!(%error, "a pooled key is thrown away"),
            }
        }
        Ok(keys)
    }

    /// Keeps the pool full until it is told to stop. It makes one key at a time and takes turns with waiting messages.
    pub async fn fill(&self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let pause = match self.step().await {
                Ok(Step::Done) => continue,
                Ok(Step::Full) => None,
                Ok(Step::NotYet(pause)) => Some(pause),
                Err(error) => {
                    tracing::error!(%error, "the pool of keys is not filled");
                    if stop.run_until_cancelled(sleep(PAUSE)).await.is_none() {
                        return;
                    }
                    continue;
                }
            };
            tokio::select! {
                () = self.taken.notified() => {}
                () = sleep(pause.unwrap_or_default()), if pause.is_some() => {}
                () = stop.cancelled() => return,
            }
        }
    }

    async fn step(&self) -> Result<Step, KeyPoolError> {
        let most = usize::try_from((self.size / 2).min(MOST_READY)).unwrap_or_default();
        let (held, taken) = {
            let ready = self.ready();
            (ready.keys.len(), ready.taken)
        };
        if held < most.div_ceil(2) {
            let fetched = self.fetch(most - held).await?;
            if !fetched.is_empty() {
                self.ready().keys.extend(fetched);
                return Ok(Step::Done);
            }
        }
        let stored = self.store.pooled_keys().await?;
        let calm_in = taken.and_then(|taken| CALM.checked_sub(taken.elapsed()));
        match calm_in {
            _ if stored >= self.size => Ok(Step::Full),
            Some(pause) if stored >= self.size.div_ceil(4) => Ok(Step::NotYet(pause)),
            _ => self.add_one().await.map(|()| Step::Done),
        }
    }

    async fn add_one(&self) -> Result<(), KeyPoolError> {
        let turn = Arc::clone(&self.makers).acquire_owned().await?;
        let key = self.make(turn).await?.to_pkcs8()?;
        let wrapped = self.vault.wrap(Purpose::Pooled, &key)?;
        self.store.add_pooled_key(wrapped).await?;
        Ok(())
    }

    /// Holds the turn until the work ends, even if nobody waits for the key any more.
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

    async fn pool(size: u64, processors: &Processors) -> KeyPool {
        let master = Zeroizing::new("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=".to_owned());
        let vault = Arc::new(Vault::open(&MasterKeySource::Value(master)).unwrap());
        let store = Store::connect("sqlite::memory:").await.unwrap();
        KeyPool::new(store, vault, size, processors.clone())
    }

    /// The keys in memory and in the database.
    async fn keys(pool: &KeyPool) -> (usize, u64) {
        let ready = pool.ready().keys.len();
        (ready, pool.store.pooled_keys().await.unwrap())
    }

    #[tokio::test]
    async fn while_keys_are_taken_more_are_made_only_if_few_are_left() {
        let pool = pool(4, &Processors::of_this_machine()).await;
        for _ in 0..6 {
            pool.add_one().await.unwrap();
        }
        assert!(matches!(pool.step().await.unwrap(), Step::Done));
        assert_eq!(keys(&pool).await, (2, 4));
        assert!(matches!(pool.step().await.unwrap(), Step::Full));
        pool.take().await.unwrap();
        pool.take().await.unwrap();
        assert_eq!(keys(&pool).await, (0, 4));
        assert!(matches!(pool.step().await.unwrap(), Step::Done));
        assert_eq!(keys(&pool).await, (2, 2));
        pool.ready().taken = Some(Instant::now() + CALM * 100);
        assert!(matches!(pool.step().await.unwrap(), Step::NotYet(_)));
        assert_eq!(keys(&pool).await, (2, 2));
        assert_eq!(pool.fetch(2).await.unwrap().len(), 2);
        assert!(matches!(pool.step().await.unwrap(), Step::Done));
        assert_eq!(keys(&pool).await, (2, 1), "few are left");
        pool.ready().taken = None;
        assert!(matches!(pool.step().await.unwrap(), Step::Done));
        assert_eq!(keys(&pool).await, (2, 2));
    }

    /// An async thread that made the key would have it as soon as the turn.
    #[tokio::test]
    async fn keys_are_made_on_processors_only() {
        let processors = Processors::of_this_machine();
        let pool = pool(1, &processors).await;
        for for_message in [true, false] {
            let all = processors.all().await;
            let turns = pool.makers.available_permits();
            let mut made = pin!(async {
                match for_message {
                    true => drop(pool.take().await.unwrap()),
                    false => pool.add_one().await.unwrap(),
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
