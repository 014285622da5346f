//! Serves the Prometheus page on a separate address. It has no password, so the network decides who reaches it.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::task::spawn_blocking;

use super::fault;
use crate::{
    backup,
    clock::Clock,
    metrics::{Metrics, NewestBackup, Upkeep},
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
    /// The folder of backups, if they are made.
    pub backups: Option<PathBuf>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// `GET /metrics`.
pub fn metrics_router(state: MetricsState) -> Router {
    Router::new().route("/metrics", get(page)).with_state(state)
}

async fn page(State(state): State<MetricsState>) -> Response {
    let upkeep = Upkeep {
        certificate: state.tls.leaf().await.not_after,
        backup: newest_backup(state.backups).await,
    };
    match state.metrics.text(&state.store, upkeep, state.clock.now()).await {
        Ok(text) => ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(error) => {
            fault::log(&error);
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn newest_backup(folder: Option<PathBuf>) -> NewestBackup {
    let Some(folder) = folder else {
        return NewestBackup::NotWanted;
    };
    match spawn_blocking(move || backup::newest(&folder)).await {
        Ok(Ok(Some(made))) => NewestBackup::Made(made),
        _ => NewestBackup::None,
    }
}
