//! Limits how often something may be done. Attempts are counted in the database, so all interfaces share a limit.

use time::{Duration, OffsetDateTime};

use crate::{
    store::{
        Store, StoreError,
        attempt::{AttemptKey, Attempts, Budget},
    },
    vault::Vault,
};

/// A limit on attempts within a window, which starts with the first attempt.
pub struct Limit {
    label: &'static str,
    most: u32,
    window: Duration,
}

/// Most aliases that an account may create within an hour, because a used local part is never free again.
pub const fn new_aliases(most: u32) -> Limit {
    Limit::new("new alias", most, Duration::hours(1))
}

/// Most aliases that an account may import within a day. It equals the limit of aliases, so that deleting and importing
/// again cannot use up local parts without end.
pub fn imported_aliases(most: u64) -> Limit {
    Limit::new(
        "imported alias",
        u32::try_from(most).unwrap_or(u32::MAX),
        Duration::days(1),
    )
}

impl Limit {
    /// Permits at most `most` attempts in a window. `label` distinguishes them from other attempts.
    pub const fn new(label: &'static str, most: u32, window: Duration) -> Self {
        Self { label, most, window }
    }

    /// The number of attempts that are allowed in a window.
    pub const fn most(&self) -> u32 {
        self.most
    }

    /// The key that somebody's attempts are counted under.
    pub fn key(&self, vault: &Vault, who: &[u8]) -> AttemptKey {
        vault.pseudonym("attempt", &[self.label.as_bytes(), &[0], who].concat())
    }

    /// A budget that another transaction counts attempts against.
    pub fn budget(&self, vault: &Vault, who: &[u8]) -> Budget {
        Budget {
            key: self.key(vault, who),
            most: self.most,
            window: self.window,
        }
    }

    /// Counts up to `wanted` attempts at once. Returns how many of them are within the limit.
    pub async fn take(
        &self,
        store: &Store,
        vault: &Vault,
        who: &[u8],
        wanted: u32,
        now: OffsetDateTime,
    ) -> Result<u32, StoreError> {
        let key = self.key(vault, who);
        let before = store
            .attempts(&key, self.window, now)
            .await?
            .map_or(0, |attempts| attempts.count);
        let room = self.most.saturating_sub(before).min(wanted);
        if room == 0 {
            return Ok(0);
        }
        // Others may have counted in between, so what is over the limit is not granted.
        let counted = store.count_attempts(&key, room, self.window, now).await?.count;
        Ok(room.saturating_sub(counted.saturating_sub(self.most)))
    }

    /// Counts an attempt. Returns the attempts so far if it is over the limit. Later ones are not counted, so that further
    /// attempts cause no database writes.
    pub async fn count(
        &self,
        store: &Store,
        vault: &Vault,
        who: &[u8],
        now: OffsetDateTime,
    ) -> Result<Option<Attempts>, StoreError> {
        let key = self.key(vault, who);
        let too_many = |attempts: &Attempts| attempts.count > self.most;
        let over = store.attempts(&key, self.window, now).await?.filter(too_many);
        match over {
            Some(over) => Ok(Some(over)),
            None => Ok(Some(store.count_attempt(&key, self.window, now).await?).filter(too_many)),
        }
    }
}
