//! The listening socket of the web interface: one task for each connection, and an end in good order.
//!
//! axum's own loop waits for a request that never ends, and so does its stop. Here both have a limit.

use std::{net::SocketAddr, pin::pin, time::Duration};

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

/// After an error of accept, which mostly means that the process has no descriptors left.
const PAUSE: Duration = Duration::from_millis(100);

/// How long the web interface waits for others.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the whole header of a request, and for the next request on a connection.
    pub header: Duration,
    /// From there until the answer begins, the request's body included.
    pub request: Duration,
    /// For requests in progress when the server stops.
    pub stop: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(30),
            request: Duration::from_secs(60),
            stop: Duration::from_secs(30),
        }
    }
}

/// Serves the web interface on `listener` until `stop` is cancelled; requests in progress then have `patience.stop` to end.
pub async fn serve(listener: TcpListener, pages: Router, patience: Patience, stop: CancellationToken) {
    let router = pages.layer(TimeoutLayer::with_status_code(
        StatusCode::REQUEST_TIMEOUT,
        patience.request,
    ));
    let (tasks, cut) = (TaskTracker::new(), CancellationToken::new());
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => {
                let connection = converse(stream, peer, router.clone(), patience.header, stop.clone());
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
    if timeout(patience.stop, tasks.wait()).await.is_err() {
        tracing::warn!(connections = tasks.len(), "requests that do not end are given up");
        cut.cancel();
    }
}

async fn converse(stream: TcpStream, peer: SocketAddr, router: Router, header: Duration, stop: CancellationToken) {
    let service = TowerToHyperService::new(Extension(ConnectInfo(peer)).layer(router));
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(header)
            .serve_connection(TokioIo::new(stream), service)
    );
    let ended = match stop.run_until_cancelled(connection.as_mut()).await {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection of the web interface broke");
    }
}
