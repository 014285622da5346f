//! Decides whose message is checked next.
//!
//! A check mostly waits for the DNS of the domains that the message names, which may never answer. So each client has
//! few turns at once, and its messages do not delay those of others.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    sync::{AcquireError, OwnedSemaphorePermit, Semaphore},
    task::{self, JoinHandle},
};

use crate::network::client_key;

/// Most checks at once. Each holds a thread, because hashing a large body takes long.
const AT_ONCE: usize = 256;
/// Most checks of one client (IPv4 address or IPv6 /64) at once. With 8 checks of a tenth of a second each, a provider
/// delivers 80 messages a second.
const OF_A_CLIENT: usize = 8;
/// Most clients in memory before idle ones are forgotten.
const MOST_REMEMBERED: usize = 1024;

pub(super) struct Turns {
    all: Arc<Semaphore>,
    clients: Mutex<HashMap<Vec<u8>, Arc<Semaphore>>>,
}

/// A turn, which ends when it is dropped.
pub(super) struct Turn {
    _of_client: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl Turn {
    /// Runs work on a blocking thread. The turn lasts until it is done, even if nobody waits for it any more, because a
    /// thread cannot be stopped from outside.
    pub fn run<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        task::spawn_blocking(move || {
            let _turn = self;
            work()
        })
    }
}

impl Turns {
    pub fn new() -> Self {
        Self {
            all: Arc::new(Semaphore::new(AT_ONCE)),
            clients: Mutex::default(),
        }
    }

    /// Waits for a turn.
    pub async fn take(&self, client: IpAddr) -> Result<Turn, AcquireError> {
        // The client's own turn comes first, because waiting for it delays nobody else.
        Ok(Turn {
            _of_client: self.of_client(client).acquire_owned().await?,
            _of_all: Arc::clone(&self.all).acquire_owned().await?,
        })
    }

    fn of_client(&self, client: IpAddr) -> Arc<Semaphore> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if clients.len() >= MOST_REMEMBERED {
            // Permits and waiting tasks hold one reference each.
            clients.retain(|_, turns| Arc::strong_count(turns) > 1);
        }
        let turns = clients.entry(client_key(client));
        Arc::clone(turns.or_insert_with(|| Arc::new(Semaphore::new(OF_A_CLIENT))))
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use futures::FutureExt;

    use super::*;

    /// Returns another network for each number.
    fn client(number: usize) -> IpAddr {
        Ipv4Addr::from_bits((10 << 24) + u32::try_from(number).unwrap()).into()
    }

    /// Takes the turns that a client gets without waiting.
    fn taken(turns: &Turns, client: IpAddr, most: usize) -> Vec<Turn> {
        let now = || turns.take(client).now_or_never().map(Result::unwrap);
        std::iter::from_fn(now).take(most).collect()
    }

    #[test]
    fn a_client_gets_a_few_turns_at_once_and_all_clients_some_hundred() {
        let turns = Turns::new();
        let mut held: Vec<_> = (0..100).map(|each| taken(&turns, client(each), usize::MAX)).collect();
        let counts: Vec<_> = held.iter().map(Vec::len).filter(|count| *count > 0).collect();
        assert_eq!(counts, [OF_A_CLIENT; AT_ONCE / OF_A_CLIENT]);
        // A turn that ends goes to another message.
        held[0].pop();
        assert_eq!(taken(&turns, client(200), usize::MAX).len(), 1);
        assert_eq!(taken(&turns, client(0), usize::MAX).len(), 1);
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_keeps_its_turn_until_it_is_done() {
        let turns = Turns::new();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let running = turns.take(client(0)).await.unwrap().run(move || ended.recv().is_ok());
        drop(running);
        assert_eq!(taken(&turns, client(0), usize::MAX).len(), OF_A_CLIENT - 1);
        end.send(()).unwrap();
        while taken(&turns, client(0), usize::MAX).len() < OF_A_CLIENT {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn whoever_waits_for_a_turn_of_its_own_takes_none_of_the_others() {
        let turns = Turns::new();
        let held = taken(&turns, client(0), usize::MAX);
        let mut waiting: Vec<_> = (0..AT_ONCE).map(|_| Box::pin(turns.take(client(0)))).collect();
        for each in &mut waiting {
            assert!(futures::poll!(each).is_pending());
        }
        assert_eq!(taken(&turns, client(1), usize::MAX).len(), OF_A_CLIENT);
        drop(held);
    }

    #[test]
    fn clients_without_a_check_are_forgotten_and_others_are_not() {
        let turns = Turns::new();
        let held = taken(&turns, client(0), usize::MAX);
        for each in 1..3 * MOST_REMEMBERED {
            assert_eq!(taken(&turns, client(each), 1).len(), 1);
            assert!(turns.clients.lock().unwrap().len() <= MOST_REMEMBERED);
        }
        assert!(taken(&turns, client(0), usize::MAX).is_empty());
        drop(held);
    }
}
