//! The queue: between 250 to a sender and the next hop's 250 to us, a message lies here.
//!
//! `put` returns once the items are in the database, under the queue key. The [`worker`] hands items over, tries
//! again with growing pauses, and gives up after five days or at a lasting refusal; a [`Reporter`] then says who is to be
//! told. A process that is killed leaves its items where they are: at worst the one that was being handed over goes
//! twice, with the same Message-ID.

pub mod backoff;
pub mod bounce;
pub mod return_path;
mod under_way;
pub mod worker;

use std::sync::Arc;

use app::id::MailboxId;
use async_trait::async_trait;
use tokio::sync::Notify;

use crate::{
    clock::Clock,
    parcel::{
        Parcel,
        item::{self, Context, Failed, Origin, Unlocked},
    },
    refusal::Refusal,
    store::{
        Store, StoreError,
        accepted::Accepted,
        queue::{Item, NewItem},
    },
    vault::{Part, Vault, VaultError},
};

/// The queue as those see it who put something in.
pub struct Queue {
    store: Store,
    vault: Arc<Vault>,
    clock: Arc<dyn Clock>,
    domain: String,
    wake: Notify,
}

/// Decides who is told of a message that could not be delivered, and writes it.
#[async_trait]
pub trait Reporter: Send + Sync {
    /// The report that is stored in the failed item's place; empty if nobody is to be told.
    async fn report(&self, failed: &Failed) -> Result<Accepted, Refusal>;
}

/// Why an item cannot be read back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ItemError {
    /// The database.
    #[error("the item could not be read")]
    Store(#[from] StoreError),
    /// The queue key does not open it.
    #[error("the item does not open")]
    Vault(#[from] VaultError),
    /// The context is none.
    #[error("the item's context cannot be read")]
    Context(#[from] serde_json::Error),
    /// The message is not there any more.
    #[error("the item has no message")]
    Gone,
}

impl Queue {
    /// Over a database and a queue key; `domain` is that of the return paths.
    pub fn new(store: Store, vault: Arc<Vault>, clock: Arc<dyn Clock>, domain: String) -> Self {
        Self {
            store,
            vault,
            clock,
            domain,
            wake: Notify::new(),
        }
    }

    /// A parcel of a mailbox's mail, locked for the queue.
    pub fn item(&self, parcel: Parcel, origin: Origin, mailbox: MailboxId) -> Result<NewItem, VaultError> {
        item::lock(parcel, origin, Some(mailbox), &self.vault)
    }

    /// A message from the relay itself. Nothing of it is remembered.
    pub fn report(&self, parcel: Parcel) -> Result<NewItem, VaultError> {
        item::lock(parcel, Origin::Report, None, &self.vault)
    }

    /// Stores what accepting a message leaves behind and has it delivered. Durable when it returns.
    pub async fn put(&self, accepted: Accepted) -> Result<(), StoreError> {
        self.store.accept(accepted, self.clock.now()).await?;
        self.wake();
        Ok(())
    }

    /// Has the worker look for what is due.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    fn context(&self, item: &Item) -> Result<Context, ItemError> {
        let opened = self.vault.unlock(item.token, Part::Context, item.context.clone())?;
        Ok(serde_json::from_slice(&opened)?)
    }

    async fn message(&self, item: &Item) -> Result<Unlocked, ItemError> {
        let locked = self.store.queued_message(item.token).await?.ok_or(ItemError::Gone)?;
        Ok(Unlocked::open(locked, item.token, &self.vault)?)
    }
}
