//! Serves the Prometheus page on a separate address. It has no password, so the network decides who reaches it.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};

use super::{fault, newest_backup::Backups};
use crate::{
    clock::Clock,
    metrics::{Metrics, Upkeep},
    store::Store,
    tls::Tls,
};

/// The media type of the text format.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The state of the page.
#[derive(Clone)]
pub struct MetricsState {
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// The queue.
    pub store: Store,
    /// The certificate.
    pub tls: Arc<Tls>,
    /// The backups, if they are made.
    pub backups: Backups,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// `GET /metrics`.
pub fn metrics_router(state: MetricsState) -> Router {
    Router::new().route("/metrics", get(page)).with_state(state)
}

async fn page(State(state): State<MetricsState>) -> Response {
    let leaf = state.tls.leaf().await;
    let upkeep = Upkeep {
        certificate: (leaf.not_before, leaf.not_after),
        backup: state.backups.newest().await,
    };
    match state.metrics.text(&state.store, upkeep, state.clock.now()).await {
        Ok(text) => ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(error) => {
            fault::log(&error);
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
