//! Serves the web interface, with or without TLS: one task for each connection, and a graceful shutdown.
//!
//! axum's own loop waits for a request that never ends, and so does its stop. Here both have a limit.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Service;
use tower_http::timeout::TimeoutLayer;

use super::{
    proxies,
    tls::WebTls,
    watched::{RequestBody, ResponseBody, WatchedStream},
};
use crate::{
    config::{ConnectionLimits, Networks},
    limits::slots::{Full, Slot, Slots},
    metrics::ConnectionCounts,
    network::is_near,
};

/// After an error of accept, which mostly means that the process has no descriptors left.
const PAUSE: Duration = Duration::from_millis(100);
/// Memory for the header of a request, and for what is read ahead of a body; at most twice as much in one piece. Browsers send
/// 8 KiB at most.
const HEADER_OCTETS: usize = 64 << 10;
/// Seconds after which a client tries again that has too many requests under way.
const RETRY: HeaderValue = HeaderValue::from_static("10");

/// How long the web interface waits for others, and for how many at a time.
#[derive(Clone, Debug)]
pub struct Timeouts {
    /// For the whole header of a request, and for the next request on a connection. It shrinks when more than half of the
    /// connections are taken.
    pub header: Duration,
    /// From there until the answer begins, the request's body included.
    pub request: Duration,
    /// For requests in progress when the server stops.
    pub stop: Duration,
    /// For all requests of one connection together; after that the one in progress has as long again. A client that takes no
    /// answer would keep its connection for ever.
    pub connection: Duration,
    /// Most connections.
    pub connections: ConnectionLimits,
    /// Reverse proxies, which come for many clients. Their requests count in the shares of these clients.
    pub proxies: Networks,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(30),
            request: Duration::from_secs(60),
            stop: Duration::from_secs(30),
            connection: Duration::from_secs(10 * 60),
            connections: ConnectionLimits::WEB,
            proxies: Networks::default(),
        }
    }
}

/// Where connections come in.
pub struct Entrance {
    /// The listening socket.
    pub listener: TcpListener,
    /// The TLS that connections begin with; none if unset.
    pub tls: Option<WebTls>,
    /// The connections, counted for the operator.
    pub counts: ConnectionCounts,
}

/// Serves pages at `entrance` until `stop` is cancelled; requests in progress then have `timeouts.stop` to end.
pub async fn serve(entrance: Entrance, pages: Router, timeouts: Timeouts, stop: CancellationToken) {
    let Entrance { listener, tls, counts } = entrance;
    let router = pages.layer(TimeoutLayer::with_status_code(
        StatusCode::REQUEST_TIMEOUT,
        timeouts.request,
    ));
    let (tasks, cut) = (TaskTracker::new(), CancellationToken::new());
    let slots = Slots::new(timeouts.connections, timeouts.header, counts);
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => {
                let ip = peer.ip().to_canonical();
                let taken = slots.take((!is_shared(ip, &timeouts.proxies)).then_some(ip), Instant::now());
                let Ok(slot) = taken.inspect_err(|full| log_refusal(ip, full)) else {
                    continue;
                };
                let connection = Connection {
                    peer,
                    router: router.clone(),
                    timeouts: timeouts.clone(),
                    slot: Arc::new(slot),
                    stop: stop.clone(),
                };
                let connection = connection.run(stream, tls.clone());
                let cut = cut.clone();
                tasks.spawn(async move { cut.run_until_cancelled(connection).await });
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

fn log_refusal(ip: IpAddr, full: &Full) {
    tracing::debug!(peer = %ip, reason = %full, "a connection is not taken");
}

/// Whether many people may be behind an address: a reverse proxy that is known, or one that nobody has named, which is on this
/// machine or in a private network. Strangers come from neither.
fn is_shared(ip: IpAddr, proxies: &Networks) -> bool {
    is_near(ip) || proxies.include(ip.to_canonical())
}

/// One connection.
struct Connection {
    peer: SocketAddr,
    router: Router,
    timeouts: Timeouts,
    slot: Arc<Slot>,
    stop: CancellationToken,
}

impl Connection {
    async fn run(self, stream: TcpStream, tls: Option<WebTls>) {
        let standing = Arc::clone(&self.slot.standing);
        let stream = WatchedStream::new(stream, Arc::clone(&standing));
        let Some(tls) = tls else {
            return self.converse(stream).await;
        };
        let accepted = tokio::select! {
            accepted = timeout(self.timeouts.header, tls.accept(stream)) => accepted,
            () = standing.dismissed() => return,
            () = self.stop.cancelled() => return,
        };
        match accepted {
            Ok(Ok(Some(stream))) => self.converse(stream).await,
            // A CA, which has seen what it asked for.
            Ok(Ok(None)) => {}
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake of the web interface failed"),
            Err(_) => tracing::debug!("a TLS handshake of the web interface takes too long"),
        }
    }

    async fn converse(self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let Self {
            peer,
            router,
            timeouts,
            slot,
            stop,
        } = self;
        let proxies = timeouts.proxies;
        let standing = Arc::clone(&slot.standing);
        let service =
            service_fn(move |request| answer(request, peer, router.clone(), Arc::clone(&slot), proxies.clone()));
        let mut connection = pin!(
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(timeouts.header)
                .max_buf_size(HEADER_OCTETS)
                .serve_connection(TokioIo::new(stream), service)
        );
        let used = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            // Nothing is lost: it has asked for nothing, or its request or answer does not come through.
            () = standing.dismissed() => return,
            () = stop.cancelled() => None,
            () = sleep(timeouts.connection) => None,
        };
        let ended = match used {
            Some(ended) => Some(ended),
            None => {
                connection.as_mut().graceful_shutdown();
                tokio::select! {
                    ended = timeout(timeouts.connection, connection) => ended.ok(),
                    () = standing.dismissed() => return,
                }
            }
        };
        if let Some(Err(error)) = ended {
            tracing::debug!(%error, "a connection of the web interface broke");
        }
    }
}

async fn answer(
    request: Request<Incoming>,
    peer: SocketAddr,
    mut router: Router,
    slot: Arc<Slot>,
    trusted: Networks,
) -> Result<Response<ResponseBody>, Infallible> {
    let client = proxies::client(&trusted, peer.ip(), request.headers());
    let served = match is_shared(client, &trusted) {
        false if client != peer.ip().to_canonical() => slot.serve(client, Instant::now()).map(Some),
        _ => Ok(None),
    };
    let served = match served {
        Ok(served) => served,
        Err(full) => {
            log_refusal(client, &full);
            let answer = (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, RETRY)]).into_response();
            return Ok(answer.map(|body| ResponseBody { body, served: None }));
        }
    };
    let standing = Arc::clone(&slot.standing);
    let mut request = request.map(|body| Body::new(RequestBody::new(body, Arc::clone(&standing))));
    request.extensions_mut().insert(ConnectInfo(peer));
    let answer = router.call(request).await?;
    standing.step(Instant::now());
    Ok(answer.map(|body| ResponseBody { body, served }))
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
        assert!(!is_shared("192.0.2.65".parse().unwrap(), &Networks::default()));
    }
}
