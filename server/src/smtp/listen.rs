//! Accepts connections, runs one task for each, and shuts them down in order.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use super::Settings;
use super::budget::Budget;
use super::proxy_protocol;
use super::session::{Session, Shared};
use super::wire::Wire;

use crate::{
    causes::chain,
    limits::{refused_recipients::RefusedRecipients, slots::Slots, standing::Standing},
    metrics::ConnectionCounts,
    smtp::pipeline::Pipeline,
    smtp_reply,
    tls::Tls,
};

/// The pause after an error of accept, which mostly means that no file descriptors are left.
const PAUSE: Duration = Duration::from_millis(100);
/// Most clients at a time that are told that there are too many connections. Others are closed without an answer, because
/// each answer holds a descriptor for a moment.
pub(crate) const MOST_FAREWELLS: usize = 64;

/// Most connections of proxies at a time whose header is awaited. Each holds a descriptor, and takes no place yet.
const MOST_INTRODUCTIONS: usize = 64;

/// The longest time for such a header. The proxy sends it with its first packet.
const HEADER_PATIENCE: Duration = Duration::from_secs(10);

/// Serves SMTP on `listener` until `stop` is cancelled. Then no new client is accepted, sessions outside DATA get 421
/// 4.3.2, and messages in progress have the settings' `stop_timeout` to finish before this returns. A message without a
/// reply by then was not accepted, so its sender still has it.
pub async fn serve<G: Pipeline>(
    listener: TcpListener,
    settings: Settings,
    tls: Arc<Tls>,
    pipeline: Arc<G>,
    counts: ConnectionCounts,
    stop: CancellationToken,
) {
    let slots = Slots::new(settings.connections, settings.idle_timeout, counts);
    let cut = CancellationToken::new();
    let shared = Arc::new(Shared {
        budget: Budget::new(settings.buffer_budget_bytes),
        refused: RefusedRecipients::new(
            (settings.max_refused_per_client, settings.max_refused_per_network),
            settings.slowest_answer,
            settings.unlimited_clients.clone(),
        ),
        settings,
        tls,
        pipeline,
        stop: stop.clone(),
        farewells: Arc::new(Semaphore::new(MOST_FAREWELLS)),
        introductions: Arc::new(Semaphore::new(MOST_INTRODUCTIONS)),
        tasks: TaskTracker::new(),
    });
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let arrived = Arrived {
                    shared: Arc::clone(&shared),
                    slots: Arc::clone(&slots),
                    cut: cut.clone(),
                    stream,
                };
                arrived.meet(peer.ip().to_canonical());
            }
            Err(cause) => {
                warn!(%cause, "cannot accept connections");
                sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    shared.tasks.close();
    if timeout(shared.settings.stop_timeout, shared.tasks.wait())
        .await
        .is_err()
    {
        warn!(tasks = shared.tasks.len(), "messages still on their way are given up");
        cut.cancel();
    }
}

/// A connection that has no place yet.
struct Arrived<G: Pipeline> {
    shared: Arc<Shared<G>>,
    slots: Arc<Slots>,
    cut: CancellationToken,
    stream: TcpStream,
}

impl<G: Pipeline> Arrived<G> {
    fn meet(self, peer: IpAddr) {
        // Replies are small and awaited, so Nagle's algorithm would only delay them.
        if let Err(cause) = self.stream.set_nodelay(true) {
            info!(%peer, %cause, "connection broke");
            return;
        }
        if !self.shared.settings.proxy_protocol_clients.include(peer) {
            return self.admit(peer);
        }
        let Ok(turn) = Arc::clone(&self.shared.introductions).try_acquire_owned() else {
            info!(%peer, "connection refused: too many proxied connections have not named their client yet");
            return;
        };
        self.shared.tasks.clone().spawn(self.introduce(peer, turn));
    }

    /// Learns from a proxy whose connection it is.
    async fn introduce(mut self, peer: IpAddr, turn: OwnedSemaphorePermit) {
        let read = tokio::select! {
            read = proxy_protocol::read(&mut self.stream, HEADER_PATIENCE) => read,
            () = self.shared.stop.cancelled() => return,
        };
        drop(turn);
        match read {
            Ok(client) => self.admit(client.unwrap_or(peer)),
            Err(fault) => info!(%peer, cause = chain(&fault), "connection of a proxy refused"),
        }
    }

    fn admit(self, ip: IpAddr) {
        let Self {
            shared,
            slots,
            cut,
            stream,
        } = self;
        let party = (!shared.settings.unlimited_clients.include(ip)).then_some(ip);
        let write_timeout = shared.settings.idle_timeout;
        match slots.take(party, Instant::now()) {
            Ok(slot) => {
                let wire = Wire::new(stream, write_timeout, Arc::clone(&slot.standing));
                let session = Session::new(Arc::clone(&shared), ip, Arc::clone(&slot.standing));
                shared.tasks.spawn(async move {
                    let _slot = slot;
                    tokio::select! {
                        () = session.run(wire) => {}
                        () = cut.cancelled() => {}
                    }
                });
            }
            Err(full) => {
                info!(peer = %ip, reason = %full, "connection refused");
                let Ok(turn) = Arc::clone(&shared.farewells).try_acquire_owned() else {
                    return;
                };
                let mut wire = Wire::new(stream, write_timeout, Arc::new(Standing::new(Instant::now())));
                wire.answer(&smtp_reply::TOO_MANY_CONNECTIONS.to_string());
                shared.tasks.spawn(async move {
                    let _turn = turn;
                    wire.close().await;
                });
            }
        }
    }
}
