//! Limits the connections at a time.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use crate::network::client_key;

/// Why a connection is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Full {
    /// All places are taken.
    #[error("too many connections")]
    Total,
    /// The client has all places that one client may have.
    #[error("too many connections from one network")]
    Client,
}

/// Counts the connections of one listener.
pub(crate) struct Slots {
    most: usize,
    most_of_a_client: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    total: usize,
    by_client: HashMap<Vec<u8>, usize>,
}

impl Slots {
    /// Permits so many connections in all, and for one client (IPv4 address or IPv6 /64).
    pub(crate) fn new(most: usize, most_of_a_client: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            most_of_a_client,
            taken: Mutex::default(),
        })
    }

    /// Takes a place for a connection from `ip`, until it is dropped. An `unlimited` client may take all of them.
    pub(crate) fn take(self: &Arc<Self>, ip: IpAddr, unlimited: bool) -> Result<Slot, Full> {
        let client = client_key(ip);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.total >= self.most {
            return Err(Full::Total);
        }
        let of_client = taken.by_client.get(&client).copied().unwrap_or_default();
        if !unlimited && of_client >= self.most_of_a_client {
            return Err(Full::Client);
        }
        taken.total += 1;
        taken.by_client.insert(client.clone(), of_client + 1);
        Ok(Slot {
            slots: Arc::clone(self),
            client,
        })
    }

    fn give_back(&self, client: &[u8]) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.total -= 1;
        if let Some(count) = taken.by_client.get_mut(client) {
            *count -= 1;
            if *count == 0 {
                taken.by_client.remove(client);
            }
        }
    }
}

/// The place of one connection.
pub(crate) struct Slot {
    slots: Arc<Slots>,
    client: Vec<u8>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.give_back(&self.client);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_and_come_back() {
        let slots = Slots::new(4, 2);
        let take = |text: &str, unlimited| slots.take(text.parse().unwrap(), unlimited);
        let first = take("2001:db8::1", false).ok().unwrap();
        let _second = take("2001:db8::2", false).ok().unwrap();
        assert_eq!(take("2001:db8::3", false).err(), Some(Full::Client));
        drop(first);
        let _third = take("2001:db8::3", false).ok().unwrap();
        let _local = take("127.0.0.1", true).ok().unwrap();
        let _other = take("127.0.0.1", true).ok().unwrap();
        assert_eq!(take("192.0.2.1", false).err(), Some(Full::Total));
        drop((_second, _third, _local, _other));
        let taken = slots.taken.lock().unwrap();
        assert!(taken.total == 0 && taken.by_client.is_empty(), "nobody is remembered");
    }
}
