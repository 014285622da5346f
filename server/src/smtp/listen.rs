//! Accepts connections, runs one task for each, and shuts them down in order.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use super::Settings;
use super::budget::Budget;
use super::session::{Session, Shared};
use super::wire::Wire;

use crate::{
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
        tasks: TaskTracker::new(),
    });
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => admit(&shared, &slots, &cut, stream, peer.ip().to_canonical()),
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

fn admit<G: Pipeline>(
    shared: &Arc<Shared<G>>,
    slots: &Arc<Slots>,
    cut: &CancellationToken,
    stream: TcpStream,
    ip: IpAddr,
) {
    // Replies are small and awaited, so Nagle's algorithm would only delay them.
    if let Err(cause) = stream.set_nodelay(true) {
        info!(peer = %ip, %cause, "connection broke");
        return;
    }
    let party = (!shared.settings.unlimited_clients.include(ip)).then_some(ip);
    let write_timeout = shared.settings.idle_timeout;
    match slots.take(party, Instant::now()) {
        Ok(slot) => {
            let wire = Wire::new(stream, write_timeout, Arc::clone(&slot.standing));
            let session = Session::new(Arc::clone(shared), ip, Arc::clone(&slot.standing));
            let cut = cut.clone();
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
