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

    /// Forgets those of `tokens` whose leases could not be renewed: another process has them, or they are gone. Also forgets all
    /// whose lease has ended.
    pub fn renewed(&self, tokens: &[Token], renewed: &HashSet<Token>, now: OffsetDateTime, until: OffsetDateTime) {
        let asked: HashSet<_> = tokens.iter().collect();
        let mut items = self.lock();
        items.retain_mut(|held| {
            let is_renewed = renewed.contains(&held.item.token);
            if is_renewed {
                held.until = until;
            }
            held.until > now && (is_renewed || !asked.contains(&held.item.token))
        });
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<HeldItem>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::Locked;

    fn held(token: u8, until: OffsetDateTime) -> HeldItem {
        let item = Item {
            token: Token([token; 16]),
            domain: "example.org".into(),
            context: Locked::from_stored(Vec::new()),
            octets: 0,
            attempts: 0,
            created: OffsetDateTime::UNIX_EPOCH,
            message: None,
        };
        HeldItem::leased(item, until)
    }

    #[test]
    fn an_item_whose_lease_another_process_has_is_forgotten() {
        let (now, items) = (OffsetDateTime::UNIX_EPOCH, HeldItems::new());
        let (past, later) = (now - Duration::SECOND, now + Duration::SECOND);
        items.push(vec![held(1, past), held(2, past), held(3, later)]);
        let asked = items.tokens();
        items.push(vec![held(4, later), held(5, past)]);
        items.renewed(&asked, &[Token([1; 16])].into(), now, later);
        assert_eq!(items.tokens(), [Token([1; 16]), Token([4; 16])]);
    }
}
