//! Gives turns at work that only so many may do at once, to one client after the other.
//!
//! With one line for all, a client that asks a thousand times would hold everybody up. Here a client waits for one turn of each
//! other client at most, however often they ask.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use crate::network::client;

/// The turns at one kind of work.
pub(crate) struct Turns {
    state: Mutex<State>,
}

struct State {
    free: usize,
    /// The clients that wait, in the order of their next turns.
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    client: IpAddr,
    line: VecDeque<oneshot::Sender<Turn>>,
}

/// A turn; it ends with this value.
pub(crate) struct Turn(Option<Arc<Turns>>);

impl Turns {
    /// So many turns at once.
    pub(crate) fn new(at_once: usize) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                free: at_once,
                waiting: VecDeque::new(),
            }),
        })
    }

    /// Waits for a turn of a client (IPv4 address or IPv6 /64).
    pub(crate) async fn take(self: &Arc<Self>, ip: IpAddr) -> Turn {
        let turn = match self.enter(client(ip)) {
            Ok(turn) => return turn,
            Err(turn) => turn,
        };
        // It cannot fail: a sender leaves the line with a turn only.
        turn.await.unwrap_or(Turn(None))
    }

    fn enter(self: &Arc<Self>, client: IpAddr) -> Result<Turn, oneshot::Receiver<Turn>> {
        let mut state = self.lock();
        if state.free > 0 {
            state.free -= 1;
            return Ok(Turn(Some(Arc::clone(self))));
        }
        let (give, turn) = oneshot::channel();
        match state.waiting.iter_mut().find(|waiting| waiting.client == client) {
            Some(waiting) => waiting.line.push_back(give),
            None => state.waiting.push_back(Waiting {
                client,
                line: [give].into(),
            }),
        }
        Err(turn)
    }

    /// Takes the next in turn out of the lines.
    fn next(&self) -> Option<oneshot::Sender<Turn>> {
        let mut state = self.lock();
        while let Some(mut waiting) = state.waiting.pop_front() {
            // Those who went away do not count as a turn.
            while let Some(next) = waiting.line.pop_front() {
                if next.is_closed() {
                    continue;
                }
                if !waiting.line.is_empty() {
                    state.waiting.push_back(waiting);
                }
                return Some(next);
            }
        }
        state.free += 1;
        None
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(turns) = self.0.take() else { return };
        while let Some(next) = turns.next() {
            match next.send(Self(Some(Arc::clone(&turns)))) {
                Ok(()) => return,
                // Went away this moment: the turn is the next one's, and does not end here.
                Err(mut turn) => turn.0 = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures::{FutureExt, poll};

    use super::*;

    fn ip(host: u8) -> IpAddr {
        [192, 0, 2, host].into()
    }

    #[tokio::test]
    async fn clients_take_turns_however_often_one_asks() {
        let turns = Turns::new(1);
        let first = turns.take(ip(1)).await;
        let mut crowd: Vec<_> = (0..100).map(|_| turns.take(ip(1)).boxed()).collect();
        for waits in &mut crowd {
            assert!(poll!(waits).is_pending());
        }
        let mut other = pin!(turns.take(ip(2)));
        assert!(poll!(&mut other).is_pending());
        drop(first);
        let second = crowd.remove(0).now_or_never().expect("was there first");
        drop(second);
        assert!(poll!(&mut crowd[0]).is_pending());
        let third = other.now_or_never().expect("before the ninety-nine others");
        drop((third, crowd));
        assert!(turns.take(ip(3)).now_or_never().is_some());
        let state = turns.lock();
        assert!(state.free == 1 && state.waiting.is_empty(), "nobody is remembered");
    }

    #[tokio::test]
    async fn a_turn_of_somebody_who_went_away_is_not_lost() {
        let turns = Turns::new(2);
        let held = (turns.take(ip(1)).await, turns.take(ip(1)).await);
        let (mut gone, mut given) = (turns.take(ip(2)).boxed(), turns.take(ip(3)).boxed());
        let mut last = turns.take(ip(4)).boxed();
        for waits in [&mut gone, &mut given, &mut last] {
            assert!(poll!(waits).is_pending());
        }
        drop(gone);
        drop(held.0);
        // It has its turn, and goes away without having looked.
        drop(given);
        let turn = last.now_or_never().expect("the next one has it");
        drop((turn, held.1));
        assert_eq!(turns.lock().free, 2);
    }
}
