//! Bounds on how often something may be done, counted in the database, for whichever door it is done by.

use time::{Duration, OffsetDateTime};

use crate::{
    store::{
        Store, StoreError,
        attempt::{AttemptKey, Attempts, Budget},
    },
    vault::Vault,
};

/// A bound on attempts within a window that starts with the first of them.
pub struct Limit {
    label: &'static str,
    most: u32,
    window: Duration,
}

/// Aliases taken by one account within an hour: none is ever free again.
pub const fn new_aliases(most: u32) -> Limit {
    Limit::new("new alias", most, Duration::hours(1))
}

/// Aliases taken from tables by one account within a day, at most as many as it may have: who deletes them and imports others
/// cannot use up local parts without end.
pub fn imported_aliases(most: u64) -> Limit {
    Limit::new(
        "imported alias",
        u32::try_from(most).unwrap_or(u32::MAX),
        Duration::days(1),
    )
}

impl Limit {
    /// At most `most` attempts of each in a window; `label` tells them from other attempts.
    pub const fn new(label: &'static str, most: u32, window: Duration) -> Self {
        Self { label, most, window }
    }

    /// How many attempts are let through in a window.
    pub const fn most(&self) -> u32 {
        self.most
    }

    /// Under what the attempts of somebody are counted.
    pub fn key(&self, vault: &Vault, who: &[u8]) -> AttemptKey {
        vault.pseudonym("attempt", &[self.label.as_bytes(), &[0], who].concat())
    }

    /// For what counts while it is done.
    pub fn budget(&self, vault: &Vault, who: &[u8]) -> Budget {
        Budget {
            key: self.key(vault, who),
            most: self.most,
            window: self.window,
        }
    }

    /// Counts up to `wanted` attempts at once; gives how many of them are within the bound.
    pub async fn take(
        &self,
        store: &Store,
        vault: &Vault,
        who: &[u8],
        wanted: u32,
        now: OffsetDateTime,
    ) -> Result<u32, StoreError> {
        let key = self.key(vault, who);
        let before = store.attempts(&key, now).await?.map_or(0, |attempts| attempts.count);
        let room = self.most.saturating_sub(before).min(wanted);
        if room == 0 {
            return Ok(0);
        }
        // Others may have counted in between: what is over the bound is not taken.
        let counted = store.count_attempts(&key, room, self.window, now).await?.count;
        Ok(room.saturating_sub(counted.saturating_sub(self.most)))
    }

    /// Counts an attempt; gives the attempts so far where it is one too many. Those after it are not counted: whoever goes on
    /// trying makes the database write nothing.
    pub async fn count(
        &self,
        store: &Store,
        vault: &Vault,
        who: &[u8],
        now: OffsetDateTime,
    ) -> Result<Option<Attempts>, StoreError> {
        let key = self.key(vault, who);
        let too_many = |attempts: &Attempts| attempts.count > self.most;
        let over = store.attempts(&key, now).await?.filter(too_many);
        match over {
            Some(over) => Ok(Some(over)),
            None => Ok(Some(store.count_attempt(&key, self.window, now).await?).filter(too_many)),
        }
    }
}
