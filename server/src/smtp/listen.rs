//! The listening socket: admits connections, one task each, and stops them in good order.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use super::Settings;
use super::budget::Budget;
use super::refused::RefusedRecipients;
use super::reply;
use super::session::{Session, Shared};
use super::slots::Slots;
use super::tls::Tls;
use super::wire::Wire;
use crate::inbound::received::Gate;

/// After an error of accept, which mostly means that the process has no descriptors left.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves SMTP on `listener` until `stop` is cancelled. Then nobody new is taken, sessions outside DATA are told 421 4.3.2,
/// and messages on their way have the settings' `stop_timeout` to finish; only after that does it return. A message whose
/// answer was not sent by then was not accepted: its sender still has it.
pub async fn serve<G: Gate>(
    listener: TcpListener,
    settings: Settings,
    tls: Arc<Tls>,
    gate: Arc<G>,
    stop: CancellationToken,
) {
    let slots = Slots::new(&settings);
    let cut = CancellationToken::new();
    let shared = Arc::new(Shared {
        budget: Budget::new(settings.buffer_budget_bytes),
        refused: RefusedRecipients::new(&settings),
        settings,
        tls,
        gate,
        stop: stop.clone(),
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

fn admit<G: Gate>(shared: &Arc<Shared<G>>, slots: &Arc<Slots>, cut: &CancellationToken, stream: TcpStream, ip: IpAddr) {
    // Answers are small and awaited: Nagle's algorithm would hold them back.
    if let Err(cause) = stream.set_nodelay(true) {
        info!(peer = %ip, %cause, "connection broke");
        return;
    }
    let mut wire = Wire::new(stream, shared.settings.idle_timeout);
    match slots.take(ip) {
        Ok(slot) => {
            let session = Session::new(Arc::clone(shared), ip);
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
            wire.answer(&reply::TOO_MANY_CONNECTIONS.to_string());
            shared.tasks.spawn(wire.close());
        }
    }
}
