//! Limits how many messages an account gets, and how many replies it sends, within an hour.
//!
//! The count is in the database under a keyed hash, and rises in the transaction that stores the message. This process remembers it
//! and adds what it is about to store, so that a message costs no transaction of its own, and two at the same moment do not share
//! one place. Several processes may together go over the limit by what they store at one moment.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use app::id::MailboxId;
use time::{Duration, OffsetDateTime};

use crate::{
    refusal::Refusal,
    smtp_reply::{self, SmtpReply},
    store::{
        Store,
        attempt::{AttemptKey, Counted},
    },
    vault::Vault,
};

/// The window, which starts with its first message.
const WINDOW: Duration = Duration::hours(1);

/// How long a count is remembered before it is read again, because other processes count, too.
const REMEMBERED: Duration = Duration::seconds(5);

/// Accounts whose counts are remembered. Beyond it those that can be read again are forgotten.
const MOST_REMEMBERED: usize = 10_000;

/// The limit, with what is needed to count.
pub struct Quota {
    store: Store,
    vault: Arc<Vault>,
    most: u32,
    label: &'static str,
    over: SmtpReply,
    counts: Arc<Mutex<HashMap<AttemptKey, Count>>>,
    reading: tokio::sync::Mutex<()>,
}

/// The count of one account.
struct Count {
    /// As it was read.
    stored: u32,
    /// Those that this process stored since.
    added: u32,
    /// Those that it is about to store.
    pending: u32,
    /// When it was read.
    read: OffsetDateTime,
    /// [`Store::changes`] at that time.
    changes: u64,
    /// When its window ends.
    ends: OffsetDateTime,
}

/// The place of a message within the limit. It is free again if it is dropped before the message is stored.
pub struct Place {
    counts: Arc<Mutex<HashMap<AttemptKey, Count>>>,
    key: AttemptKey,
    is_stored: bool,
}

impl Count {
    fn is_current(&self, changes: u64, now: OffsetDateTime) -> bool {
        self.changes == changes && now < self.ends && self.read <= now && now < self.read + REMEMBERED
    }

    fn all(&self) -> u32 {
        self.stored.saturating_add(self.added).saturating_add(self.pending)
    }
}

impl Place {
    /// To be stored with the message.
    pub fn counted(&self) -> Counted {
        Counted {
            key: self.key,
            window: WINDOW,
        }
    }

    /// The message was stored.
    pub fn keep(mut self) {
        self.is_stored = true;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.key) {
            count.pending = count.pending.saturating_sub(1);
            count.added += u32::from(self.is_stored);
        }
    }
}

impl Quota {
    /// Permits each account `most` messages an hour, then refuses with [`smtp_reply::OVER_QUOTA`].
    pub fn of_messages(store: Store, vault: Arc<Vault>, most: u32) -> Self {
        Self {
            store,
            vault,
            most,
            label: "messages",
            over: smtp_reply::OVER_QUOTA,
            counts: Arc::default(),
            reading: tokio::sync::Mutex::default(),
        }
    }

    /// Permits each account `most` replies an hour, then refuses with [`smtp_reply::TOO_MANY_REPLIES`].
    pub fn of_replies(store: Store, vault: Arc<Vault>, most: u32) -> Self {
        Self {
            store,
            vault,
            most,
            label: "replies",
            over: smtp_reply::TOO_MANY_REPLIES,
            counts: Arc::default(),
            reading: tokio::sync::Mutex::default(),
        }
    }

    /// Refuses if a mailbox's account has used up its limit. Counts nothing.
    pub async fn has_room(&self, mailbox: MailboxId, now: OffsetDateTime) -> Result<(), Refusal> {
        let key = self.key(mailbox).await?;
        self.remember(key, now).await?;
        let count = self.lock().get(&key).map_or(0, Count::all);
        self.judge(count < self.most)
    }

    /// Takes the place of one message. Refuses if there is none.
    pub async fn take(&self, mailbox: MailboxId, now: OffsetDateTime) -> Result<Place, Refusal> {
        let key = self.key(mailbox).await?;
        self.remember(key, now).await?;
        let mut counts = self.lock();
        let count = counts.get_mut(&key);
        self.judge(count.as_ref().is_none_or(|count| count.all() < self.most))?;
        if let Some(count) = count {
            count.pending += 1;
        }
        Ok(Place {
            counts: Arc::clone(&self.counts),
            key,
            is_stored: false,
        })
    }

    /// Reads a count, unless it is known.
    async fn remember(&self, key: AttemptKey, now: OffsetDateTime) -> Result<(), Refusal> {
        let changes = self.store.changes();
        let is_known = || {
            self.lock()
                .get(&key)
                .is_some_and(|count| count.is_current(changes, now))
        };
        if is_known() {
            return Ok(());
        }
        // One reads, and the others find what it has read: a count that was read earlier must not take the place of a later one.
        let _turn = self.reading.lock().await;
        if is_known() {
            return Ok(());
        }
        let before = self.lock().get(&key).map_or(0, |count| count.added);
        let had = self.store.attempts(&key, now).await?;
        let mut counts = self.lock();
        if counts.len() >= MOST_REMEMBERED {
            counts.retain(|_, count| count.pending > 0);
        }
        let (added, pending) = counts.get(&key).map_or((0, 0), |count| (count.added, count.pending));
        let count = Count {
            stored: had.map_or(0, |had| had.count),
            // Those that were stored while this was read may or may not be in it.
            added: added.saturating_sub(before),
            pending,
            read: now,
            changes,
            ends: had.map_or(now + WINDOW, |had| had.ends),
        };
        counts.insert(key, count);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AttemptKey, Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn key(&self, mailbox: MailboxId) -> Result<AttemptKey, Refusal> {
        let account = self.store.account_of(mailbox).await?;
        let account = account.ok_or_else(|| Refusal::new(smtp_reply::NO_SUCH_ALIAS, "no_such_alias"))?;
        Ok(self.vault.pseudonym(self.label, &account.0.to_be_bytes()))
    }

    fn judge(&self, has_room: bool) -> Result<(), Refusal> {
        match has_room {
            true => Ok(()),
            false => Err(Refusal::new(self.over, "over_quota")),
        }
    }
}
