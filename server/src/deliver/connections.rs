//! Keeps connections to next hops for a moment, so that one connection serves many messages.
//!
//! A connection is in the pool only between two messages. A delivery takes it out, and puts it back after a reply. If the
//! delivery ends in any other way, or is given up, the connection is dropped.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::{
    DeliveryError, Outgoing,
    session::{Failure, Session, Then},
};

use crate::{
    config::Lanes,
    traces::span::{Step, step},
};

/// The limits of kept connections.
#[derive(Clone, Copy, Debug)]
pub struct KeepLimits {
    /// The longest time without a message. Servers wait for minutes, but each connection takes one of their places, and some
    /// large providers close after a few seconds.
    pub idle: Duration,
    /// The longest time in all, so that a host which has left the DNS or the load balancer gets no mail for ever.
    pub life: Duration,
    /// Most messages over one connection. Exim and others refuse clients after some hundreds.
    pub messages: usize,
    /// Most kept connections to one host.
    pub per_host: usize,
    /// Most kept connections in total.
    pub total: usize,
}

impl KeepLimits {
    /// The limits of a relay with these lanes: no more connections are kept than deliveries may run at once.
    pub fn of(lanes: Lanes) -> Self {
        Self {
            idle: Duration::from_secs(5),
            life: Duration::from_secs(5 * 60),
            messages: 100,
            per_host: lanes.per_domain,
            total: lanes.total,
        }
    }
}

/// The kept connections. The key is all that was judged before a connection was opened.
pub(super) struct Connections<K> {
    pool: Arc<Pool<K>>,
}

struct Pool<K> {
    limits: KeepLimits,
    kept: Mutex<Kept<K>>,
    goodbyes: TaskTracker,
}

struct Kept<K> {
    /// The least recently used first.
    sessions: VecDeque<(K, Session)>,
    has_sweeper: bool,
    is_closed: bool,
}

impl<K: Clone + Eq + Send + 'static> Connections<K> {
    pub fn new(limits: KeepLimits) -> Self {
        let kept = Kept {
            sessions: VecDeque::new(),
            has_sweeper: false,
            is_closed: false,
        };
        Self {
            pool: Arc::new(Pool {
                limits,
                kept: Mutex::new(kept),
                goodbyes: TaskTracker::new(),
            }),
        }
    }

    /// Hands a message over on a kept connection, or on a new one. If a kept connection turns out to be gone before the end
    /// of the text, the message goes over a new one at once.
    pub async fn hand_over(
        &self,
        key: K,
        message: &Outgoing<'_>,
        open: impl Future<Output = Result<Session, DeliveryError>>,
    ) -> Result<(), DeliveryError> {
        if let Some(mut session) = self.pool.take(&key) {
            let sent = session.send(message).instrument(step(Step::HandOver)).await;
            if !matches!(&sent, Err(failure) if failure.then == Then::Repeat) {
                return self.settle(key, session, sent);
            }
        }
        let mut session = open.await?;
        let sent = session.send(message).instrument(step(Step::HandOver)).await;
        self.settle(key, session, sent)
    }

    /// Keeps the connection if another message may go over it.
    fn settle(&self, key: K, session: Session, sent: Result<(), Failure>) -> Result<(), DeliveryError> {
        match sent.as_ref().map_err(|failure| failure.then) {
            Ok(()) | Err(Then::Reuse) => self.pool.keep(key, session),
            Err(Then::Close) => drop(self.pool.goodbyes.spawn(session.quit())),
            Err(Then::Repeat) => drop(session),
        }
        sent.map_err(|failure| failure.error)
    }

    /// Ends all kept connections, and keeps none from then on. Each has a moment to answer.
    pub async fn close(&self) {
        let sessions = {
            let mut kept = self.pool.lock();
            kept.is_closed = true;
            std::mem::take(&mut kept.sessions)
        };
        for (_, session) in sessions {
            self.pool.goodbyes.spawn(session.quit());
        }
        self.pool.goodbyes.close();
        self.pool.goodbyes.wait().await;
    }
}

impl<K: Clone + Eq + Send + 'static> Pool<K> {
    fn lock(&self) -> MutexGuard<'_, Kept<K>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the most recently used connection, so that the others become idle and end.
    fn take(&self, key: &K) -> Option<Session> {
        let now = Instant::now();
        let mut kept = self.lock();
        let place = kept
            .sessions
            .iter()
            .rposition(|(of, session)| of == key && self.ends(session) > now)?;
        kept.sessions.remove(place).map(|(_, session)| session)
    }

    /// Puts a connection back if it may serve more messages.
    fn keep(self: &Arc<Self>, key: K, mut session: Session) {
        session.used = Instant::now();
        let is_spent =
            session.is_for_one || session.transactions >= self.limits.messages || self.ends(&session) <= session.used;
        let mut kept = self.lock();
        let surplus = if is_spent || kept.is_closed {
            Some(session)
        } else {
            kept.sessions.push_back((key.clone(), session));
            let of_host = kept.sessions.iter().filter(|(of, _)| *of == key).count();
            let place = match of_host > self.limits.per_host {
                true => kept.sessions.iter().position(|(of, _)| *of == key),
                false => (kept.sessions.len() > self.limits.total).then_some(0),
            };
            place.and_then(|place| kept.sessions.remove(place).map(|(_, session)| session))
        };
        if !kept.sessions.is_empty() && !kept.has_sweeper {
            kept.has_sweeper = true;
            tokio::spawn(Arc::clone(self).sweep());
        }
        drop(kept);
        if let Some(session) = surplus {
            self.goodbyes.spawn(session.quit());
        }
    }

    /// The moment at which a kept connection ends if it is not used.
    fn ends(&self, session: &Session) -> Instant {
        (session.used + self.limits.idle).min(session.opened + self.limits.life)
    }

    /// Ends connections whose time is up, until none is left.
    async fn sweep(self: Arc<Self>) {
        while let Some(next) = self.end_idle(Instant::now()) {
            sleep_until(next).await;
        }
    }

    /// Ends the connections whose time is up. Returns when to look again; `None` if no connection is left.
    fn end_idle(&self, now: Instant) -> Option<Instant> {
        let mut kept = self.lock();
        let (ended, left): (Vec<_>, Vec<_>) = std::mem::take(&mut kept.sessions)
            .into_iter()
            .partition(|(_, session)| self.ends(session) <= now);
        kept.sessions = left.into();
        let next = kept.sessions.iter().map(|(_, session)| self.ends(session)).min();
        kept.has_sweeper = next.is_some();
        drop(kept);
        for (_, session) in ended {
            self.goodbyes.spawn(session.quit());
        }
        next
    }
}
