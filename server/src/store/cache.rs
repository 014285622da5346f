//! A bounded cache of what was read from the database, which never outlives a change.

use std::{
    hash::Hash,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use quick_cache::sync::Cache as Bounded;

use super::{
    Store,
    changes::{Changes, Forget},
};

/// The longest time that something read is kept. Changes end it at once; this bounds what a lost notification of another
/// process could do.
const LONGEST: Duration = Duration::from_secs(5);

/// Keeps what was read, until something changes. Values wipe their secrets when they are dropped, and are dropped when they
/// leave.
pub struct Cache<K, V>(Arc<Inner<K, V>>);

struct Inner<K, V> {
    changes: Arc<Changes>,
    kept: Bounded<K, Kept<V>>,
}

/// Something that was read.
#[derive(Clone)]
struct Kept<V> {
    value: V,
    /// The number of changes before it was read.
    count: u64,
    read: Instant,
}

impl<K, V> Clone for Cache<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl Store {
    /// A cache for at most `most` things that were read from this database.
    pub fn cache<K, V>(&self, most: usize) -> Cache<K, V>
    where
        K: Hash + Eq + Send + Sync + 'static,
        V: Clone + Send + Sync + 'static,
    {
        Cache::new(Arc::clone(self.db.changes()), most)
    }
}

impl<K, V> Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(super) fn new(changes: Arc<Changes>, most: usize) -> Self {
        let inner = Arc::new(Inner {
            changes: Arc::clone(&changes),
            kept: Bounded::new(most),
        });
        let cache: Weak<dyn Forget> = Arc::downgrade(&(Arc::clone(&inner) as Arc<dyn Forget>));
        changes.tell(cache);
        Self(inner)
    }

    /// Returns what is kept under a key, or reads it and keeps it if there is something.
    pub async fn get<E>(&self, key: K, read: impl AsyncFnOnce() -> Result<Option<V>, E>) -> Result<Option<V>, E> {
        let changes = &self.0.changes;
        // Counted before the reading: what changes meanwhile is not kept.
        let count = changes.count();
        let now = Instant::now();
        let is_current = |kept: &Kept<V>| kept.count == count && now.duration_since(kept.read) < LONGEST;
        if let Some(kept) = self.0.kept.get(&key).filter(is_current) {
            return Ok(Some(kept.value));
        }
        let read = read().await?;
        if let Some(value) = &read
            && !changes.is_deaf()
            && changes.count() == count
        {
            let value = value.clone();
            let kept = Kept {
                value,
                count,
                read: now,
            };
            self.0.kept.insert(key, kept);
        }
        Ok(read)
    }
}

impl<K, V> Forget for Inner<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    fn forget(&self) {
        self.kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    async fn read(cache: &Cache<u8, u8>, value: u8) -> u8 {
        let read = cache.get(1, async || Ok::<_, Infallible>(Some(value))).await;
        read.unwrap().unwrap()
    }

    #[tokio::test]
    async fn a_value_is_kept_until_something_changes() {
        let changes = Arc::<Changes>::default();
        let cache = Cache::new(Arc::clone(&changes), 10);
        assert_eq!(read(&cache, 1).await, 1);
        assert_eq!(read(&cache, 2).await, 1);
        changes.announce();
        assert_eq!(read(&cache, 3).await, 3);
    }

    #[tokio::test]
    async fn what_was_read_before_a_change_is_not_kept_after_it() {
        let changes = Arc::<Changes>::default();
        let cache = Cache::new(Arc::clone(&changes), 10);
        let late = cache.get(1, async || {
            changes.announce();
            Ok::<_, Infallible>(Some(1))
        });
        assert_eq!(late.await.unwrap(), Some(1));
        assert_eq!(read(&cache, 2).await, 2);
    }

    #[tokio::test]
    async fn nothing_is_kept_while_others_cannot_be_heard() {
        let changes = Arc::<Changes>::default();
        let cache = Cache::new(Arc::clone(&changes), 10);
        changes.set_deaf(true);
        assert_eq!(read(&cache, 1).await, 1);
        assert_eq!(read(&cache, 2).await, 2);
        changes.set_deaf(false);
        assert_eq!(read(&cache, 3).await, 3);
        assert_eq!(read(&cache, 4).await, 3);
    }

    #[tokio::test]
    async fn a_value_that_leaves_is_dropped() {
        let changes = Arc::<Changes>::default();
        let cache = Cache::new(Arc::clone(&changes), 10);
        let secret = Arc::new(());
        let kept = cache
            .get(1, async || Ok::<_, Infallible>(Some(Arc::clone(&secret))))
            .await;
        drop(kept);
        assert_eq!(Arc::strong_count(&secret), 2);
        changes.announce();
        assert_eq!(Arc::strong_count(&secret), 1);
    }
}
