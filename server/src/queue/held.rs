//! Holds the items that were just accepted, or leased without a free lane, so that they are delivered without being read from the database again.
//!
//! They are in the database all the same, leased to this process. What does not fit in here waits there.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use time::{Duration, OffsetDateTime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    store::{
        accepted::Accepted,
        queue::{Item, NewItem},
    },
    vault::Token,
};

/// The octets of all messages that are held: those of some seconds, and little beside what arriving messages take.
const MOST_OCTETS: usize = 16 << 20;
/// A longer message is read back, which costs little beside delivering it.
const LONGEST: u64 = 1 << 20;
/// The octets that an item takes beside its message: its context, and the lists that it is in.
const BESIDE: usize = 1 << 10;

/// The items that are held.
pub(super) struct HeldItems {
    items: Mutex<VecDeque<HeldItem>>,
    room: Arc<Semaphore>,
}

/// An item with the lease of this process.
pub(super) struct HeldItem {
    /// The item.
    pub item: Item,
    /// When the lease ends.
    pub until: OffsetDateTime,
    /// Its part of the room.
    _room: Option<OwnedSemaphorePermit>,
}

impl HeldItem {
    /// An item that was leased. Its message is in the database only.
    pub fn leased(item: Item, until: OffsetDateTime) -> Self {
        Self {
            item,
            until,
            _room: None,
        }
    }
}

impl HeldItems {
    pub fn new() -> Self {
        Self {
            items: Mutex::default(),
            room: Arc::new(Semaphore::new(MOST_OCTETS)),
        }
    }

    /// Copies the items of a message that is about to be stored, as far as there is room, and marks them as held.
    pub fn copy(&self, accepted: &mut Accepted, now: OffsetDateTime, lasts: Duration) -> Vec<HeldItem> {
        let copies = accepted.items.iter_mut().filter_map(|item| {
            let room = self.reserve(item)?;
            item.held = true;
            Some(HeldItem {
                item: Item {
                    token: item.token,
                    domain: item.domain.clone(),
                    context: item.context.clone(),
                    octets: item.octets,
                    attempts: 0,
                    created: now,
                    message: Some(item.message.clone()),
                },
                until: now + lasts,
                _room: Some(room),
            })
        });
        copies.collect()
    }

    fn reserve(&self, item: &NewItem) -> Option<OwnedSemaphorePermit> {
        if item.octets > LONGEST {
            return None;
        }
        let octets = u32::try_from(item.octets).ok()?.checked_add(BESIDE as u32)?;
        Arc::clone(&self.room).try_acquire_many_owned(octets).ok()
    }

    /// Adds items behind the others.
    pub fn push(&self, items: Vec<HeldItem>) {
        self.lock().extend(items);
    }

    /// Takes the first item for which there is a lane.
    pub fn take(&self, has_lane: impl Fn(&str) -> bool) -> Option<HeldItem> {
        let mut items = self.lock();
        let first = items.iter().position(|held| has_lane(&held.item.domain))?;
        items.remove(first)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// The names of all.
    pub fn tokens(&self) -> Vec<Token> {
        self.lock().iter().map(|held| held.item.token).collect()
    }

    /// Notes that the leases of some were renewed. Those whose lease has ended are forgotten: they may be another process's now.
    pub fn renewed(&self, tokens: &[Token], now: OffsetDateTime, until: OffsetDateTime) {
        let renewed: HashSet<_> = tokens.iter().collect();
        let mut items = self.lock();
        for held in items.iter_mut().filter(|held| renewed.contains(&held.item.token)) {
            held.until = until;
        }
        items.retain(|held| held.until > now);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<HeldItem>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
