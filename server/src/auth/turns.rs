//! Whose message is checked next. A check mostly waits for the DNS of the domains that the message names, which may never
//! answer. So a client gets a few turns at once, and those of one client do not hold up another's.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::network::place;

/// Most checks at once; each holds a thread meanwhile, as hashing a large body takes long.
const AT_ONCE: usize = 256;
/// Most checks of one client (IPv4 address or IPv6 /64) at once. With 8, and a tenth of a second for each, a provider hands over
/// 80 messages a second.
const OF_A_CLIENT: usize = 8;
/// Clients that are remembered before those without a check are forgotten.
const MOST_REMEMBERED: usize = 1024;

/// The turns.
pub(super) struct Turns {
    all: Semaphore,
    clients: Mutex<HashMap<Vec<u8>, Arc<Semaphore>>>,
}

/// A turn; it ends with this value.
pub(super) struct Turn<'t> {
    _of_client: OwnedSemaphorePermit,
    _of_all: SemaphorePermit<'t>,
}

impl Turns {
    pub fn new() -> Self {
        Self {
            all: Semaphore::new(AT_ONCE),
            clients: Mutex::default(),
        }
    }

    /// Waits for a turn.
    pub async fn take(&self, client: IpAddr) -> Result<Turn<'_>, AcquireError> {
        // The client's own first: while it waits for one of these it holds up nobody else.
        Ok(Turn {
            _of_client: self.of_client(client).acquire_owned().await?,
            _of_all: self.all.acquire().await?,
        })
    }

    fn of_client(&self, client: IpAddr) -> Arc<Semaphore> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if clients.len() >= MOST_REMEMBERED {
            // Permits and those who wait for one hold a reference each.
            clients.retain(|_, turns| Arc::strong_count(turns) > 1);
        }
        let turns = clients.entry(place(client));
        Arc::clone(turns.or_insert_with(|| Arc::new(Semaphore::new(OF_A_CLIENT))))
    }
}
