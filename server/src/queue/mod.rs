//! Keeps each message from the 250 to its sender until the next hop takes it.
//!
//! An item has a random token, the recipient's domain, and two parts under the queue key: the context (recipient, where it came from)
//! and the message. [`Queue::put`] returns once the items of a message, its identifiers, its mark and its activity are in the database,
//! in one transaction, fsynced. Then the sender gets 250.
//!
//! An item that was just accepted is held in memory as well, and delivered at once ([`held`]); the [`worker`] leases what else is due
//! from the database (`store::lease`), so that several processes share one queue. It takes a few items at a time for each domain and
//! of each account, and settles each try:
//!
//! - handed over: the message goes; the rest stays ten days for a late bounce, but never longer than the mailbox;
//! - put off: 60 seconds, doubling to two hours, each pause lengthened at random ([`backoff`]);
//! - given up, after five days or at a lasting refusal: the report that a [`Reporter`] writes takes the item's place in the same
//!   transaction. Nobody reports on a report: it has the null reverse-path.
//!
//! A process that is killed in between repeats the try: one duplicate at most for each message under way, with the same bytes and
//! Message-ID.
//!
//! A message that was accepted in the clear may wait for days, and the person may activate a profile or turn the kill switch on meanwhile. So the
//! item's context keeps the mailbox of the permit, and at each try policy is asked for a new one (`parcel::item::Context::permit`).
//! If there is none any more, the item is given up with 5.7.1. Items from before this mark go as they were to go.
//!
//! The envelope sender of an item is its return path ([`return_path`]): `b-`, the token, the last day, and a keyed hash. A report
//! (RFC 3464, [`bounce`]) to a genuine one gives the item up; anything else there is nobody's.

pub mod backoff;
pub mod bounce;
mod held;
mod next_look;
pub mod return_path;
mod under_way;
pub mod worker;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use app::id::{AccountId, MailboxId};
use async_trait::async_trait;
use held::HeldItems;
use tokio::sync::Notify;
use tracing::Instrument;

use crate::{
    clock::Clock,
    parcel::{
        Parcel,
        item::{self, Context, Failed, Origin, Unlocked},
    },
    policy::PermitError,
    refusal::Refusal,
    store::{
        Store, StoreError,
        accepted::Accepted,
        queue::{Item, NewItem},
    },
    traces::span::{Cause, Step, step},
    vault::{Part, Vault, VaultError},
};

/// The queue, as the stages before it use it.
pub struct Queue {
    store: Store,
    vault: Arc<Vault>,
    clock: Arc<dyn Clock>,
    domain: String,
    held: HeldItems,
    /// Whether the worker is to look into the database when it wakes.
    look: AtomicBool,
    wake: Notify,
}

/// Decides who is told that a message was not delivered, and writes the report.
#[async_trait]
pub trait Reporter: Send + Sync {
    /// Returns the report that replaces the failed item. It is empty if nobody is to be told.
    async fn report(&self, failed: &Failed) -> Result<Accepted, Refusal>;
}

/// Why an item cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ItemError {
    /// The database failed.
    #[error("the item could not be read")]
    Store(#[from] StoreError),
    /// The queue key does not decrypt it.
    #[error("the item does not open")]
    Vault(#[from] VaultError),
    /// Policy cannot decide now.
    #[error("it is not known whether the item may leave")]
    Permit(#[from] PermitError),
    /// Its context is damaged.
    #[error("the item's context cannot be read")]
    Context(#[from] serde_json::Error),
    /// The message is no longer stored.
    #[error("the item has no message")]
    Gone,
}

impl Queue {
    /// Creates a queue over a database and a queue key. `domain` is the domain of the return paths.
    pub fn new(store: Store, vault: Arc<Vault>, clock: Arc<dyn Clock>, domain: String) -> Self {
        Self {
            store,
            vault,
            clock,
            domain,
            held: HeldItems::new(),
            look: AtomicBool::new(true),
            wake: Notify::new(),
        }
    }

    /// Encrypts a parcel of a mailbox's mail for the queue.
    pub fn item(&self, parcel: Parcel, origin: Origin, mailbox: MailboxId) -> Result<NewItem, VaultError> {
        item::lock(parcel, origin, Some(mailbox), &self.vault)
    }

    /// Encrypts a message from the relay itself for the queue. It belongs to no mailbox.
    pub fn report(&self, parcel: Parcel) -> Result<NewItem, VaultError> {
        item::lock(parcel, Origin::Report, None, &self.vault)
    }

    /// Stores everything that accepting a message creates, and wakes the worker. The data is durable when this returns.
    pub async fn put(&self, mut accepted: Accepted) -> Result<(), StoreError> {
        let now = self.clock.now();
        let all = accepted.items.len();
        let mut held = self.held.copy(&mut accepted, now, self.store.lease_time());
        let is_all_held = held.len() == all;
        let stored = self.store.accept(accepted, now).instrument(step(Step::Commit));
        stored.await?;
        let cause = Cause::current();
        for held in &mut held {
            held.cause.clone_from(&cause);
            held.account = self.account(&held.item).await;
        }
        self.held.push(held);
        match is_all_held {
            true => self.wake.notify_one(),
            false => self.wake(),
        }
        Ok(())
    }

    /// Makes the worker look for due items in the database.
    pub fn wake(&self) {
        self.look.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    /// The account whose mail an item is. Without an answer from the database it counts as nobody's, which only limits it.
    async fn account(&self, item: &Item) -> Option<AccountId> {
        let account = self.store.account_of(item.mailbox?).await;
        account
            .inspect_err(|error| tracing::warn!(%error, "an account could not be looked up"))
            .ok()?
    }

    fn context(&self, item: &Item) -> Result<Context, ItemError> {
        let opened = self.vault.unlock(item.token, Part::Context, item.context.clone())?;
        Ok(serde_json::from_slice(&opened)?)
    }

    async fn message(&self, item: &Item) -> Result<Unlocked, ItemError> {
        let locked = match &item.message {
            Some(locked) => locked.clone(),
            None => self.store.queued_message(item.token).await?.ok_or(ItemError::Gone)?,
        };
        Ok(Unlocked::open(locked, item.token, &self.vault)?)
    }
}
