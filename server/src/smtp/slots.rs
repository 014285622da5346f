//! Who may be connected at a time.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::refused;
use super::{Settings, UnlimitedClients};

/// Why a connection is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Full {
    #[error("too many connections")]
    Total,
    #[error("too many connections from one network")]
    Network,
}

/// Counts the connections of one receiver.
pub(super) struct Slots {
    max_total: usize,
    max_per_network: usize,
    unlimited: UnlimitedClients,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    total: usize,
    by_network: HashMap<IpAddr, usize>,
}

impl Slots {
    pub(super) fn new(settings: &Settings) -> Arc<Self> {
        Arc::new(Self {
            max_total: settings.max_connections,
            max_per_network: settings.max_connections_per_ip,
            unlimited: settings.unlimited_clients.clone(),
            taken: Mutex::default(),
        })
    }

    /// A place for a connection from `ip`, until it is dropped.
    pub(super) fn take(self: &Arc<Self>, ip: IpAddr) -> Result<Slot, Full> {
        let network = refused::client(ip);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.total >= self.max_total {
            return Err(Full::Total);
        }
        if !self.unlimited.include(ip)
            && taken
                .by_network
                .get(&network)
                .is_some_and(|&n| n >= self.max_per_network)
        {
            return Err(Full::Network);
        }
        taken.total += 1;
        *taken.by_network.entry(network).or_default() += 1;
        Ok(Slot {
            slots: Arc::clone(self),
            network,
        })
    }

    fn give_back(&self, network: IpAddr) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.total -= 1;
        if let Some(count) = taken.by_network.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                taken.by_network.remove(&network);
            }
        }
    }
}

/// One connection's place.
pub(super) struct Slot {
    slots: Arc<Slots>,
    network: IpAddr,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.give_back(self.network);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_and_come_back() {
        let settings = Settings {
            max_connections: 4,
            max_connections_per_ip: 2,
            ..Settings::new("relay.example")
        };
        let slots = Slots::new(&settings);
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let first = slots.take(ip("2001:db8::1")).ok().unwrap();
        let _second = slots.take(ip("2001:db8::2")).ok().unwrap();
        assert_eq!(slots.take(ip("2001:db8::3")).err(), Some(Full::Network));
        drop(first);
        let _third = slots.take(ip("2001:db8::3")).ok().unwrap();
        let _local = slots.take(ip("127.0.0.1")).ok().unwrap();
        let _local = slots.take(ip("127.0.0.1")).ok().unwrap();
        assert_eq!(slots.take(ip("192.0.2.1")).err(), Some(Full::Total));
    }
}
