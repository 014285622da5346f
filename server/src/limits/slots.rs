//! Shares the places for connections. When they run out, the least useful connection makes room for the next.
//!
//! Each address and each network has a share. A connection is idle from its last progress on ([`Standing`]), and weighs its
//! idle time, multiplied by how many connections its address and its network have. So a flood from few addresses displaces
//! itself, and a flood from many displaces its oldest connections before a peer that does something.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::standing::Standing;
use crate::{
    config::ConnectionLimits,
    metrics::ConnectionCounts,
    network::{client, network},
};

/// A connection that made progress within this time keeps its place, even if its address has no other place left. It is the
/// time that a peer with a busy processor and a long way may take for one command.
const RESTS_AFTER: Duration = Duration::from_secs(5);
/// The least weight, in idle time, that costs a connection its place. A peer on the other side of the world answers within it.
const LEAST_WEIGHT: Duration = Duration::from_millis(250);
/// How often connections that have been idle for too long are looked for.
const SWEEP: Duration = Duration::from_secs(1);
/// The idle limit with all places taken. Between half full and full it shrinks to this.
const SHORTEST_IDLE: Duration = Duration::from_secs(10);

/// Why a connection is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Full {
    /// All places are taken by connections that make progress.
    #[error("too many connections")]
    Total,
    /// The client has all places that one client may have, and makes progress on each.
    #[error("too many connections from one address")]
    Client,
    /// The same for its network.
    #[error("too many connections from one network")]
    Network,
}

/// The places of one listener.
pub(crate) struct Slots {
    most: ConnectionLimits,
    /// The idle limit while there is room.
    idle: Duration,
    counts: ConnectionCounts,
    taken: Mutex<Taken>,
}

struct Taken {
    next: u64,
    swept: Option<Instant>,
    connections: HashMap<u64, Entry>,
    clients: HashMap<IpAddr, usize>,
    networks: HashMap<IpAddr, usize>,
}

struct Entry {
    /// The client whose share the place belongs to, if it is known and not exempt.
    party: Option<IpAddr>,
    standing: Arc<Standing>,
}

impl Slots {
    /// Creates places for so many connections. `idle` is the longest time without progress while there is room.
    pub(crate) fn new(most: ConnectionLimits, idle: Duration, counts: ConnectionCounts) -> Arc<Self> {
        Arc::new(Self {
            most,
            idle,
            counts,
            taken: Mutex::new(Taken {
                next: 0,
                swept: None,
                connections: HashMap::new(),
                clients: HashMap::new(),
                networks: HashMap::new(),
            }),
        })
    }

    /// Takes a place until it is dropped. It belongs to the share of `party`; without one only the total counts.
    pub(crate) fn take(self: &Arc<Self>, party: Option<IpAddr>, now: Instant) -> Result<Slot, Full> {
        let mut taken = self.lock();
        let room = self.make_room(&mut taken, party, now);
        if let Err(full) = room {
            self.counts.refused.inc();
            return Err(full);
        }
        let id = taken.next;
        taken.next += 1;
        let standing = Arc::new(Standing::new(now));
        let entry = Entry {
            party,
            standing: Arc::clone(&standing),
        };
        taken.connections.insert(id, entry);
        taken.count(party);
        self.counts.open.inc();
        Ok(Slot {
            slots: Arc::clone(self),
            id,
            standing,
        })
    }

    fn make_room(&self, taken: &mut Taken, party: Option<IpAddr>, now: Instant) -> Result<(), Full> {
        self.sweep(taken, now);
        if let Some(party) = party {
            self.make_room_in_share(taken, party, now)?;
        }
        if taken.connections.len() < self.most.total {
            return Ok(());
        }
        let heaviest = taken.heaviest(now).ok_or(Full::Total)?;
        self.dismiss(taken, heaviest);
        Ok(())
    }

    /// A full share makes room for its next connection itself, if one of its connections rests.
    fn make_room_in_share(&self, taken: &mut Taken, party: IpAddr, now: Instant) -> Result<(), Full> {
        if taken.of_client(party) >= self.most.per_client {
            let rests = taken.resting(now, |other| client(other) == client(party));
            self.dismiss(taken, rests.ok_or(Full::Client)?);
        }
        if taken.of_network(party) >= self.most.per_network {
            let rests = taken.resting(now, |other| network(other) == network(party));
            self.dismiss(taken, rests.ok_or(Full::Network)?);
        }
        Ok(())
    }

    /// Dismisses every connection that has been idle for longer than the present fill allows.
    fn sweep(&self, taken: &mut Taken, now: Instant) {
        let just_now = |swept| now.saturating_duration_since(swept) < SWEEP;
        if taken.swept.is_some_and(just_now) {
            return;
        }
        taken.swept = Some(now);
        let Some(limit) = self.idle_limit(taken.connections.len()) else {
            return;
        };
        let is_over = |entry: &Entry| entry.standing.idle(now).is_some_and(|idle| idle > limit);
        let over = taken.connections.iter().filter(|(_, entry)| is_over(entry));
        let over: Vec<_> = over.map(|(id, _)| *id).collect();
        for id in over {
            self.dismiss(taken, id);
        }
    }

    /// The idle limit under pressure, which is from half of the places on.
    fn idle_limit(&self, open: usize) -> Option<Duration> {
        let half = self.most.total / 2;
        let over = u32::try_from(open.checked_sub(half)?).ok()?;
        let span = u32::try_from(self.most.total - half).ok()?.max(1);
        let shortest = SHORTEST_IDLE.min(self.idle);
        Some(self.idle - (self.idle - shortest) * over.min(span) / span)
    }

    fn dismiss(&self, taken: &mut Taken, id: u64) {
        if let Some(entry) = taken.remove(id) {
            entry.standing.dismiss();
            self.counts.open.dec();
            self.counts.dismissed.inc();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn of_client(&self, party: IpAddr) -> usize {
        self.clients.get(&client(party)).copied().unwrap_or_default()
    }

    fn of_network(&self, party: IpAddr) -> usize {
        self.networks.get(&network(party)).copied().unwrap_or_default()
    }

    fn count(&mut self, party: Option<IpAddr>) {
        let Some(party) = party else { return };
        *self.clients.entry(client(party)).or_default() += 1;
        *self.networks.entry(network(party)).or_default() += 1;
    }

    fn forget(&mut self, party: Option<IpAddr>) {
        let Some(party) = party else { return };
        for (counts, key) in [(&mut self.clients, client(party)), (&mut self.networks, network(party))] {
            if let Some(count) = counts.get_mut(&key) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(&key);
                }
            }
        }
    }

    fn remove(&mut self, id: u64) -> Option<Entry> {
        let entry = self.connections.remove(&id)?;
        self.forget(entry.party);
        Some(entry)
    }

    /// The connection of a share that has rested longest.
    fn resting(&self, now: Instant, is_in_share: impl Fn(IpAddr) -> bool) -> Option<u64> {
        let share = self.connections.iter();
        let share = share.filter(|(_, entry)| entry.party.is_some_and(&is_in_share));
        let idle = share.filter_map(|(id, entry)| Some((entry.standing.idle(now)?, *id)));
        let longest = idle.max().filter(|(idle, _)| *idle >= RESTS_AFTER);
        longest.map(|(_, id)| id)
    }

    /// The connection that is missed least.
    fn heaviest(&self, now: Instant) -> Option<u64> {
        let weights = self.connections.iter();
        let weights = weights.filter_map(|(id, entry)| Some((self.weight(entry, now)?, *id)));
        let heaviest = weights.max().filter(|(weight, _)| *weight >= LEAST_WEIGHT.as_micros());
        heaviest.map(|(_, id)| id)
    }

    /// The idle time in microseconds, multiplied by the connections of the client and of its network, divided by the worth.
    fn weight(&self, entry: &Entry, now: Instant) -> Option<u128> {
        let idle = entry.standing.idle(now)?.as_micros();
        let crowd = entry
            .party
            .map_or(1, |party| self.of_client(party).saturating_mul(self.of_network(party)));
        let crowd = u128::try_from(crowd).unwrap_or(u128::MAX);
        Some(idle.saturating_mul(crowd) / u128::from(entry.standing.worth()))
    }
}

/// The place of one connection.
pub(crate) struct Slot {
    slots: Arc<Slots>,
    id: u64,
    pub(crate) standing: Arc<Standing>,
}

impl Slot {
    /// Counts the place in the share of `party` until the answer is dropped: a proxy has asked for it.
    pub(crate) fn serve(self: &Arc<Self>, party: IpAddr, now: Instant) -> Result<Served, Full> {
        let mut taken = self.slots.lock();
        let room = self.slots.make_room_in_share(&mut taken, party, now);
        if let Err(full) = room {
            self.slots.counts.refused.inc();
            return Err(full);
        }
        taken.assign(self.id, Some(party));
        Ok(Served(Arc::clone(self)))
    }
}

impl Taken {
    fn assign(&mut self, id: u64, party: Option<IpAddr>) {
        let Some(entry) = self.connections.get_mut(&id) else {
            return;
        };
        let before = std::mem::replace(&mut entry.party, party);
        self.forget(before);
        self.count(party);
    }
}

/// A place that counts in the share of the client that a proxy asks for.
pub(crate) struct Served(Arc<Slot>);

impl Drop for Served {
    fn drop(&mut self) {
        self.0.slots.lock().assign(self.0.id, None);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // A dismissed connection has given up its place already.
        if self.slots.lock().remove(self.id).is_some() {
            self.slots.counts.open.dec();
        }
    }
}

#[cfg(test)]
mod tests;
