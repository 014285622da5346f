//! Limits how many messages an account gets, and how many replies it sends, within an hour.
//!
//! One network, and one sender whom SPF or DKIM confirms, get a share of the messages only, so that one stranger does not keep away the
//! mail of others. The sender of an unconfirmed message has no count: anybody could use up its share.
//!
//! The count is in the database under a keyed hash, and rises in the transaction that stores the message. This process remembers it
//! and adds what it is about to store, so that a message costs no transaction of its own, and two at the same moment do not share
//! one place. Several processes may together go over the limit by what they store at one moment.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use app::id::MailboxId;
use time::{Duration, OffsetDateTime};

use crate::{
    config::Networks,
    network::network,
    refusal::{Reason, Refusal},
    store::{
        Store,
        attempt::{AttemptKey, Counted as StoredCount},
    },
    vault::Vault,
};

/// The window, which starts with its first message.
const WINDOW: Duration = Duration::hours(1);

/// How long a count is remembered before it is read again, because other processes count, too.
const REMEMBERED: Duration = Duration::seconds(5);

/// Counts that are remembered: of accounts, and of the networks and senders that write to them. Beyond it those that can be read again
/// are forgotten.
const MOST_REMEMBERED: usize = 30_000;

/// A network or a sender gets one part of so many. Then it takes four of them to keep others away, and a large provider or mailing list
/// still gets hundreds of messages through.
const SHARES: u32 = 4;

/// The least share, for accounts with a low limit: one busy person or list within an hour.
const LEAST_SHARE: u32 = 20;

/// The things that are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    /// Messages to aliases.
    Messages,
    /// Replies from aliases.
    Replies,
}

/// Most counts that are read at once. Each takes a connection to the database for a moment.
const READERS: usize = 4;

/// The limit, with what is needed to count.
pub struct Quota {
    store: Store,
    vault: Arc<Vault>,
    /// For an account without a limit of its own.
    most: u32,
    unlimited: Networks,
    counted: Counted,
    counts: Arc<Mutex<HashMap<AttemptKey, Count>>>,
    /// Who reads a count, of all whose keys begin alike.
    reading: [tokio::sync::Mutex<()>; READERS],
}

/// The origin of a message.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The SMTP client.
    pub client: IpAddr,
    /// The envelope sender, if SPF or DKIM confirms it.
    pub sender: Option<&'a str>,
}

/// A count, and the most that it may be.
struct Bound {
    key: AttemptKey,
    most: u32,
}

/// The count of one account, or of one source of its messages.
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
    keys: Vec<AttemptKey>,
    is_stored: bool,
}

impl Counted {
    /// The name of the count under its keyed hash.
    fn label(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Replies => "replies",
        }
    }

    /// Why one too many is refused.
    fn over(self) -> Reason {
        match self {
            Self::Messages => Reason::OverQuota,
            Self::Replies => Reason::TooManyReplies,
        }
    }
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
    pub fn counted(&self) -> impl Iterator<Item = StoredCount> {
        self.keys.iter().map(|key| StoredCount {
            key: *key,
            window: WINDOW,
        })
    }

    /// The message was stored.
    pub fn keep(mut self) {
        self.is_stored = true;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &self.keys {
            if let Some(count) = counts.get_mut(key) {
                count.pending = count.pending.saturating_sub(1);
                count.added += u32::from(self.is_stored);
            }
        }
    }
}

impl Quota {
    /// Permits each account `most` messages an hour, or its own limit, then refuses with [`smtp_reply::OVER_QUOTA`]. The networks of `unlimited` have
    /// no share.
    pub fn of_messages(store: Store, vault: Arc<Vault>, most: u32, unlimited: Networks) -> Self {
        Self {
            store,
            vault,
            most,
            unlimited,
            counted: Counted::Messages,
            counts: Arc::default(),
            reading: Default::default(),
        }
    }

    /// Permits each account `most` replies an hour, or its own limit, then refuses with [`smtp_reply::TOO_MANY_REPLIES`].
    pub fn of_replies(store: Store, vault: Arc<Vault>, most: u32) -> Self {
        Self {
            store,
            vault,
            most,
            // Replies have no share of a network.
            unlimited: Networks::default(),
            counted: Counted::Replies,
            counts: Arc::default(),
            reading: Default::default(),
        }
    }

    /// Refuses if a mailbox's account, or the source within it, has used up its limit. Counts nothing.
    pub async fn has_room(
        &self,
        mailbox: MailboxId,
        source: Option<Source<'_>>,
        now: OffsetDateTime,
    ) -> Result<(), Refusal> {
        let bounds = self.bounds(mailbox, source, now).await?;
        self.judge(&self.lock(), &bounds)
    }

    /// Takes the place of one message. Refuses if there is none.
    pub async fn take(
        &self,
        mailbox: MailboxId,
        source: Option<Source<'_>>,
        now: OffsetDateTime,
    ) -> Result<Place, Refusal> {
        let bounds = self.bounds(mailbox, source, now).await?;
        let mut counts = self.lock();
        self.judge(&counts, &bounds)?;
        // Stored in this order, so that no two processes wait for each other's rows.
        let mut keys: Vec<_> = bounds.into_iter().map(|bound| bound.key).collect();
        keys.sort_unstable();
        for key in &keys {
            if let Some(count) = counts.get_mut(key) {
                count.pending += 1;
            }
        }
        Ok(Place {
            counts: Arc::clone(&self.counts),
            keys,
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
        let _turn = self.reading[usize::from(key[0]) % READERS].lock().await;
        if is_known() {
            return Ok(());
        }
        let before = self.lock().get(&key).map_or(0, |count| count.added);
        let had = self.store.attempts(&key, WINDOW, now).await?;
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

    /// Returns the bounds of a message, after their counts were read.
    async fn bounds(
        &self,
        mailbox: MailboxId,
        source: Option<Source<'_>>,
        now: OffsetDateTime,
    ) -> Result<Vec<Bound>, Refusal> {
        let account = self.store.account_of(mailbox).await?;
        let account = account.ok_or_else(|| Refusal::new(Reason::NoSuchAlias))?;
        let own = self.store.account_limits(account).await?;
        let most = match self.counted {
            Counted::Messages => own.messages_per_hour,
            Counted::Replies => own.replies_per_hour,
        };
        let most = most.unwrap_or(self.most);
        let account = account.0.to_be_bytes();
        let mut bounds = vec![Bound {
            key: self.vault.pseudonym(self.counted.label(), &account),
            most,
        }];
        let mut share = |label, who: &[u8]| {
            bounds.push(Bound {
                key: self.vault.pseudonym(label, &[&account[..], who].concat()),
                most: (most / SHARES).max(LEAST_SHARE),
            });
        };
        if let Some(source) = source {
            if !self.unlimited.include(source.client) {
                share("messages of a network", network(source.client).to_string().as_bytes());
            }
            if let Some(sender) = source.sender {
                share("messages of a sender", sender.to_lowercase().as_bytes());
            }
        }
        for bound in &bounds {
            self.remember(bound.key, now).await?;
        }
        Ok(bounds)
    }

    fn judge(&self, counts: &HashMap<AttemptKey, Count>, bounds: &[Bound]) -> Result<(), Refusal> {
        let has_room = |bound: &Bound| counts.get(&bound.key).is_none_or(|count| count.all() < bound.most);
        match bounds.iter().all(has_room) {
            true => Ok(()),
            false => Err(Refusal::new(self.counted.over())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use app::api::administration::AccountLimits;
    use zeroize::Zeroizing;

    use crate::{store::operator::Act, vault::MasterKeySource};

    use super::*;

    const MOST: u32 = 100;

    fn source(network: u8, sender: Option<&str>) -> Option<Source<'_>> {
        let client = Ipv4Addr::new(198, 51, network, 1).into();
        Some(Source { client, sender })
    }

    #[tokio::test]
    async fn the_limit_of_an_account_takes_the_place_of_the_relays() {
        let (quota, mailbox, now) = quota().await;
        let account = quota.store.account_of(mailbox).await.unwrap().unwrap();
        for most in [Some(MOST + 2), Some(3), Some(0), None] {
            let limits = AccountLimits {
                messages_per_hour: most,
                replies_per_hour: Some(1),
                ..AccountLimits::default()
            };
            let act = Act::by_command(now);
            quota
                .store
                .change_account_limits(account, |_| limits, act)
                .await
                .unwrap();
            assert_eq!(fill(&quota, mailbox, None, now).await, most.unwrap_or(MOST));
        }
        let replies = Quota::of_replies(quota.store.clone(), Arc::clone(&quota.vault), 9);
        let limits = AccountLimits {
            replies_per_hour: Some(1),
            ..AccountLimits::default()
        };
        quota
            .store
            .change_account_limits(account, |_| limits, Act::by_command(now))
            .await
            .unwrap();
        assert_eq!(fill(&replies, mailbox, None, now).await, 1);
    }

    async fn quota() -> (Quota, MailboxId, OffsetDateTime) {
        let (store, now) = (
            Store::connect("sqlite::memory:").await.unwrap(),
            OffsetDateTime::now_utc(),
        );
        let email = "ann@example.org".parse().unwrap();
        let (_, mailbox) = store.create_account(&email, String::new(), now).await.unwrap();
        let master = Zeroizing::new("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=".to_owned());
        let vault = Arc::new(Vault::open(&MasterKeySource::Value(master)).unwrap());
        let gateway = "203.0.113.0/24".parse().unwrap();
        (Quota::of_messages(store, vault, MOST, gateway), mailbox, now)
    }

    /// Takes as many places as there are, and keeps them.
    async fn fill(quota: &Quota, mailbox: MailboxId, source: Option<Source<'_>>, now: OffsetDateTime) -> u32 {
        let mut taken = 0;
        while let Ok(place) = quota.take(mailbox, source, now).await {
            place.keep();
            taken += 1;
        }
        taken
    }

    #[tokio::test]
    async fn a_gateway_hands_over_for_everybody() {
        let (quota, mailbox, now) = quota().await;
        let client = Ipv4Addr::new(203, 0, 113, 1).into();
        let source = Some(Source { client, sender: None });
        assert_eq!(fill(&quota, mailbox, source, now).await, MOST);
    }

    #[tokio::test]
    async fn one_network_or_sender_gets_a_share_and_the_rest_stays_for_others() {
        let (quota, mailbox, now) = quota().await;
        assert_eq!(fill(&quota, mailbox, source(1, None), now).await, MOST / SHARES);
        assert!(quota.has_room(mailbox, source(1, None), now).await.is_err());
        assert!(quota.has_room(mailbox, source(2, None), now).await.is_ok());
        let eve = Some("eve@example.com");
        for network in 2..=9 {
            let place = quota.take(mailbox, source(network, eve), now).await.unwrap();
            place.keep();
        }
        let rest = MOST / SHARES - 8;
        assert_eq!(
            fill(&quota, mailbox, source(10, Some("Eve@example.com")), now).await,
            rest
        );
        let bob = Some("bob@example.com");
        assert!(
            quota.take(mailbox, source(10, bob), now).await.is_ok(),
            "others have room"
        );
        assert_eq!(fill(&quota, mailbox, source(11, bob), now).await, MOST / SHARES);
        let left = MOST - 3 * (MOST / SHARES);
        assert_eq!(fill(&quota, mailbox, source(12, None), now).await, left);
        assert!(
            quota.take(mailbox, source(13, None), now).await.is_err(),
            "the account is full"
        );
    }

    #[tokio::test]
    async fn a_place_that_is_not_kept_is_free_in_each_count() {
        let (quota, mailbox, now) = quota().await;
        let eve = source(1, Some("eve@example.com"));
        for _ in 0..MOST {
            drop(quota.take(mailbox, eve, now).await.unwrap());
        }
        assert_eq!(fill(&quota, mailbox, eve, now).await, MOST / SHARES);
    }

    #[tokio::test]
    async fn each_count_is_stored_with_the_message() {
        let (quota, mailbox, now) = quota().await;
        let eve = source(1, Some("eve@example.com"));
        let stored = quota.take(mailbox, eve, now).await.unwrap();
        assert_eq!(stored.counted().count(), 3);
        let reply = quota.take(mailbox, None, now).await.unwrap();
        assert_eq!(reply.counted().count(), 1);
    }
}
