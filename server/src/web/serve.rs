//! Serves the web interface: one task for each connection, and a graceful shutdown.
//!
//! axum's own loop waits for a request that never ends, and so does its stop. Here both have a limit.

use std::{
    net::{IpAddr, SocketAddr},
    pin::pin,
    time::Duration,
};

use axum::{Extension, Router, extract::ConnectInfo, http::StatusCode};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Layer;
use tower_http::timeout::TimeoutLayer;

use crate::{
    config::TrustedProxies,
    limits::slots::{Full, Slots},
};

/// After an error of accept, which mostly means that the process has no descriptors left.
const PAUSE: Duration = Duration::from_millis(100);

/// How long the web interface waits for others, and for how many at a time.
#[derive(Clone, Debug)]
pub struct Timeouts {
    /// For the whole header of a request, and for the next request on a connection.
    pub header: Duration,
    /// From there until the answer begins, the request's body included.
    pub request: Duration,
    /// For requests in progress when the server stops.
    pub stop: Duration,
    /// For all requests of one connection together; after that the one in progress has as long again. A client that takes no
    /// answer would keep its connection for ever.
    pub connection: Duration,
    /// Most connections. With those of SMTP they stay far below what a process may have open.
    pub connections: usize,
    /// Most connections of one client (IPv4 address or IPv6 /64). A browser opens six.
    pub connections_of_a_client: usize,
    /// Reverse proxies, which come for many clients.
    pub proxies: TrustedProxies,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(30),
            request: Duration::from_secs(60),
            stop: Duration::from_secs(30),
            connection: Duration::from_secs(10 * 60),
            connections: 1024,
            connections_of_a_client: 64,
            proxies: TrustedProxies::default(),
        }
    }
}

/// Serves the web interface on `listener` until `stop` is cancelled; requests in progress then have `timeouts.stop` to end.
pub async fn serve(listener: TcpListener, pages: Router, timeouts: Timeouts, stop: CancellationToken) {
    let router = pages.layer(TimeoutLayer::with_status_code(
        StatusCode::REQUEST_TIMEOUT,
        timeouts.request,
    ));
    let (tasks, cut) = (TaskTracker::new(), CancellationToken::new());
    let slots = Slots::new(timeouts.connections, timeouts.connections_of_a_client);
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => {
                let unlimited = is_shared(peer.ip(), &timeouts.proxies);
                let taken = slots.take(peer.ip().to_canonical(), unlimited);
                let Ok(slot) = taken.inspect_err(|full| log_refusal(peer, full)) else {
                    continue;
                };
                let connection = converse(stream, peer, router.clone(), timeouts.clone(), stop.clone());
                let cut = cut.clone();
                tasks.spawn(async move {
                    let _slot = slot;
                    cut.run_until_cancelled(connection).await
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the web interface cannot accept connections");
                sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    tasks.close();
    if timeout(timeouts.stop, tasks.wait()).await.is_err() {
        tracing::warn!(connections = tasks.len(), "requests that do not end are given up");
        cut.cancel();
    }
}

fn log_refusal(peer: SocketAddr, full: &Full) {
    tracing::debug!(peer = %peer.ip(), reason = %full, "a connection is not taken");
}

/// Whether many people may be behind an address: a reverse proxy that is known, or one that nobody has named, which is on this
/// machine or in a private network. Strangers come from neither.
fn is_shared(ip: IpAddr, proxies: &TrustedProxies) -> bool {
    let ip = ip.to_canonical();
    let private = match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    };
    private || proxies.trusts(ip)
}

async fn converse(stream: TcpStream, peer: SocketAddr, router: Router, timeouts: Timeouts, stop: CancellationToken) {
    let service = TowerToHyperService::new(Extension(ConnectInfo(peer)).layer(router));
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(timeouts.header)
            .serve_connection(TokioIo::new(stream), service)
    );
    let used = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = stop.cancelled() => None,
        () = sleep(timeouts.connection) => None,
    };
    let ended = match used {
        Some(ended) => Some(ended),
        None => {
            connection.as_mut().graceful_shutdown();
            timeout(timeouts.connection, connection).await.ok()
        }
    };
    if let Some(Err(error)) = ended {
        tracing::debug!(%error, "a connection of the web interface broke");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_limited_and_proxies_are_not() {
        let proxies = "192.0.2.64/26".parse().unwrap();
        for (ip, shared) in [
            ("127.0.0.1", true),
            ("::1", true),
            ("10.1.2.3", true),
            ("::ffff:192.168.1.2", true),
            ("fd00::1", true),
            ("192.0.2.65", true),
            ("::ffff:192.0.2.65", true),
            ("192.0.2.1", false),
            ("::ffff:192.0.2.1", false),
            ("2001:db8::1", false),
            ("fe80::1", false),
        ] {
            assert_eq!(is_shared(ip.parse().unwrap(), &proxies), shared, "{ip}");
        }
        assert!(!is_shared("192.0.2.65".parse().unwrap(), &TrustedProxies::default()));
    }
}
