//! Holds the items that were just accepted, or leased without a free lane, so that they are delivered without being read from the database again.
//!
//! They are in the database all the same, leased to this process. What does not fit in here waits there.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use app::id::AccountId;
use time::{Duration, OffsetDateTime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    store::{
        accepted::Accepted,
        queue::{Busy, Item, NewItem},
    },
    traces::span::Cause,
    vault::Token,
};

/// The octets of all messages that are held: those of some seconds, and little beside what arriving messages take.
const MOST_OCTETS: usize = 16 << 20;
/// A longer message is read back, which costs little beside delivering it.
const LONGEST: u64 = 1 << 20;
/// The most items that are held without a part of the room: leased ones, each with a message of at most 64 KiB, if any.
pub(super) const MOST_LEASED: usize = 300;
/// The octets that an item takes beside its message: its context, and the lists that it is in.
const BESIDE: usize = 1 << 10;

/// The items that are held.
pub(super) struct HeldItems {
    lines: Mutex<Lines>,
    room: Arc<Semaphore>,
}

/// A line of items for each lane, so that those that have none now cost nothing while others are taken.
#[derive(Default)]
struct Lines {
    /// Those that have items, the next in turn first.
    turns: VecDeque<Lane>,
    items: HashMap<Lane, VecDeque<HeldItem>>,
    count: usize,
    leased: usize,
}

/// The limits that a delivery counts towards.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Lane {
    /// The recipient's domain.
    pub domain: String,
    /// The account whose mail it is; none for what the relay sends to strangers, or of a mailbox that is gone.
    pub account: Option<AccountId>,
}

/// An item with the lease of this process.
pub(super) struct HeldItem {
    /// The item.
    pub item: Item,
    /// The account whose mail it is.
    pub account: Option<AccountId>,
    /// When the lease ends.
    pub until: OffsetDateTime,
    /// The trace in which it was accepted.
    pub cause: Option<Cause>,
    /// Its part of the room.
    room: Option<OwnedSemaphorePermit>,
}

impl HeldItem {
    /// An item that was leased. Its message is in the database only.
    pub fn leased(item: Item, account: Option<AccountId>, until: OffsetDateTime) -> Self {
        Self {
            item,
            account,
            until,
            cause: None,
            room: None,
        }
    }

    /// The limits that its delivery counts towards.
    pub fn lane(&self) -> Lane {
        Lane {
            domain: self.item.domain.clone(),
            account: self.account,
        }
    }
}

impl HeldItems {
    pub fn new() -> Self {
        Self {
            lines: Mutex::default(),
            room: Arc::new(Semaphore::new(MOST_OCTETS)),
        }
    }

    /// Copies the items of a message that is about to be stored, as far as there is room, and marks them as held. The caller adds
    /// their accounts and their cause.
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
                    mailbox: item.mailbox,
                    message: Some(item.message.clone()),
                },
                account: None,
                until: now + lasts,
                cause: None,
                room: Some(room),
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
        let mut lines = self.lock();
        items.into_iter().for_each(|held| lines.push(held));
    }

    /// Takes the first item of the next lane that is free.
    pub fn take(&self, has_lane: impl Fn(&Lane) -> bool) -> Option<HeldItem> {
        self.lock().take(has_lane)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lock().count
    }

    /// How many of them have no part of the room.
    pub fn leased(&self) -> usize {
        self.lock().leased
    }

    /// Adds the domains and accounts that have at least so many.
    pub fn add_busy(&self, enough: usize, busy: &mut Busy) {
        let lines = self.lock();
        let (mut domains, mut accounts) = (HashMap::new(), HashMap::new());
        for (lane, line) in &lines.items {
            *domains.entry(&lane.domain).or_insert(0) += line.len();
            *accounts.entry(lane.account).or_insert(0) += line.len();
        }
        let domains = domains.into_iter().filter(|(_, items)| *items >= enough);
        busy.domains.extend(domains.map(|(domain, _)| domain.clone()));
        for (account, _) in accounts.into_iter().filter(|(_, items)| *items >= enough) {
            match account {
                Some(account) => drop(busy.accounts.insert(account)),
                None => busy.others = true,
            }
        }
    }

    /// Takes all.
    pub fn take_all(&self) -> Vec<HeldItem> {
        let lines = std::mem::take(&mut *self.lock());
        lines.items.into_values().flatten().collect()
    }

    /// The names of all.
    pub fn tokens(&self) -> Vec<Token> {
        let lines = self.lock();
        let items = lines.turns.iter().filter_map(|lane| lines.items.get(lane)).flatten();
        items.map(|held| held.item.token).collect()
    }

    /// Forgets those of `tokens` whose leases could not be renewed: another process has them, or they are gone. Also forgets all
    /// whose lease has ended.
    pub fn renewed(&self, tokens: &[Token], renewed: &HashSet<Token>, now: OffsetDateTime, until: OffsetDateTime) {
        let asked: HashSet<_> = tokens.iter().collect();
        self.lock().retain(|held| {
            let is_renewed = renewed.contains(&held.item.token);
            if is_renewed {
                held.until = until;
            }
            held.until > now && (is_renewed || !asked.contains(&held.item.token))
        });
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    fn push(&mut self, held: HeldItem) {
        let lane = held.lane();
        let line = self.items.entry(lane.clone()).or_default();
        if line.is_empty() {
            self.turns.push_back(lane);
        }
        self.count += 1;
        self.leased += usize::from(held.room.is_none());
        line.push_back(held);
    }

    fn take(&mut self, has_lane: impl Fn(&Lane) -> bool) -> Option<HeldItem> {
        let first = self.turns.iter().position(has_lane)?;
        let lane = self.turns.remove(first)?;
        let line = self.items.get_mut(&lane)?;
        let held = line.pop_front()?;
        self.count -= 1;
        self.leased -= usize::from(held.room.is_none());
        match line.is_empty() {
            true => drop(self.items.remove(&lane)),
            false => self.turns.push_back(lane),
        }
        Some(held)
    }

    fn retain(&mut self, mut keep: impl FnMut(&mut HeldItem) -> bool) {
        for line in self.items.values_mut() {
            line.retain_mut(&mut keep);
        }
        self.items.retain(|_, line| !line.is_empty());
        self.turns.retain(|lane| self.items.contains_key(lane));
        self.count = self.items.values().map(VecDeque::len).sum();
        let all = self.items.values().flatten();
        self.leased = all.filter(|held| held.room.is_none()).count();
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
            mailbox: None,
            message: None,
        };
        HeldItem::leased(item, Some(AccountId(1)), until)
    }

    #[test]
    fn domains_take_turns_and_one_without_a_lane_holds_up_nobody() {
        let (now, items) = (OffsetDateTime::UNIX_EPOCH, HeldItems::new());
        let to = |token, domain: &str| {
            let mut held = held(token, now);
            held.item.domain = domain.into();
            held
        };
        items.push(vec![to(1, "a.example"), to(2, "a.example"), to(3, "b.example")]);
        items.push(vec![to(4, "c.example"), to(5, "b.example")]);
        assert_eq!(items.len(), 5);
        let take = |busy: &str| items.take(|lane| lane.domain != busy).map(|held| held.item.token.0[0]);
        assert_eq!(take("b.example"), Some(1));
        assert_eq!(take("b.example"), Some(4));
        assert_eq!(take("b.example"), Some(2));
        assert_eq!(take("b.example"), None);
        assert_eq!((take(""), take(""), take(""), items.len()), (Some(3), Some(5), None, 0));
    }

    #[test]
    fn those_without_a_part_of_the_room_are_counted() {
        let (now, items) = (OffsetDateTime::UNIX_EPOCH, HeldItems::new());
        let mut accepted = held(1, now);
        accepted.room = Arc::clone(&items.room).try_acquire_many_owned(1).ok();
        items.push(vec![held(2, now), accepted, held(3, now)]);
        assert_eq!((items.len(), items.leased()), (3, 2));
        let busy = |enough| {
            let mut busy = Busy::default();
            items.add_busy(enough, &mut busy);
            (busy.domains, busy.accounts)
        };
        assert_eq!(busy(3), (["example.org".into()].into(), [AccountId(1)].into()));
        assert_eq!(busy(4), Default::default());
        items.take(|_| true).unwrap();
        assert_eq!((items.len(), items.leased()), (2, 1));
        assert_eq!(items.take_all().len(), 2);
        assert_eq!((items.len(), items.leased()), (0, 0));
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
