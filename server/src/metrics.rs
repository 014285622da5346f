//! Counts for the operator. The counters hold no address and no subject; of a message only its size.

use std::{sync::atomic::AtomicU64, time::Duration};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use time::OffsetDateTime;

use crate::store::{Store, StoreError};

/// Histogram limits in seconds: from a signature alone to a message of 40 MiB with a new key.
const SEAL_BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Entrance {
    entrance: &'static str,
}

/// The connections of one entrance.
#[derive(Clone, Debug, Default)]
pub struct ConnectionCounts {
    /// Those that are open.
    pub open: Gauge,
    /// Those that made room for others.
    pub dismissed: Counter,
    /// Those that there was no room for.
    pub refused: Counter,
}

/// The state of the things that an operator keeps up.
#[derive(Clone, Copy, Debug)]
pub struct Upkeep {
    /// The start and the end of the current certificate's validity.
    pub certificate: (OffsetDateTime, OffsetDateTime),
    /// The newest backup.
    pub backup: NewestBackup,
}

/// The newest backup, where the settings say that they are.
#[derive(Clone, Copy, Debug)]
pub enum NewestBackup {
    /// It was made then.
    Made(OffsetDateTime),
    /// There is none, or the folder cannot be read.
    None,
    /// The settings name no folder.
    NotWanted,
}

/// The operator's counters and the registry that formats them.
pub struct Metrics {
    registry: Registry,
    accepted: Family<Outcome, Counter>,
    refused: Family<Reason, Counter>,
    deliveries: Family<Outcome, Counter>,
    seal_time: Histogram,
    waiting: Gauge,
    oldest: Gauge<f64, AtomicU64>,
    pooled: Gauge,
    connections: Family<Entrance, Gauge>,
    dismissed: Family<Entrance, Counter>,
    refused_connections: Family<Entrance, Counter>,
    certificate: Gauge<f64, AtomicU64>,
    certificate_lifetime: Gauge<f64, AtomicU64>,
    backup: Gauge<f64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("sealpost"),
            accepted: Family::default(),
            refused: Family::default(),
            deliveries: Family::default(),
            seal_time: Histogram::new(SEAL_BUCKETS),
            waiting: Gauge::default(),
            oldest: Gauge::default(),
            pooled: Gauge::default(),
            connections: Family::default(),
            dismissed: Family::default(),
            refused_connections: Family::default(),
            certificate: Gauge::default(),
            certificate_lifetime: Gauge::default(),
            backup: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register(
            "messages",
            "Messages accepted: sealed, relayed in the clear, replies",
            metrics.accepted.clone(),
        );
        registry.register("refusals", "Recipients and messages refused", metrics.refused.clone());
        registry.register("deliveries", "What came of deliveries", metrics.deliveries.clone());
        registry.register_with_unit(
            "seal_time",
            "From the decision to seal to the sealed message",
            Unit::Seconds,
            metrics.seal_time.clone(),
        );
        registry.register(
            "queue_waiting",
            "Messages that wait for delivery",
            metrics.waiting.clone(),
        );
        registry.register_with_unit(
            "queue_oldest_age",
            "Age of the oldest of them",
            Unit::Seconds,
            metrics.oldest.clone(),
        );
        registry.register("key_pool", "Keys made ahead of need", metrics.pooled.clone());
        registry.register("connections", "Open connections", metrics.connections.clone());
        registry.register(
            "connections_dismissed",
            "Connections that made no progress and had to make room",
            metrics.dismissed.clone(),
        );
        registry.register(
            "connections_refused",
            "Connections and requests that there was no room for",
            metrics.refused_connections.clone(),
        );
        registry.register_with_unit(
            "certificate_expiry",
            "Until the certificate for TLS expires",
            Unit::Seconds,
            metrics.certificate.clone(),
        );
        registry.register_with_unit(
            "certificate_lifetime",
            "From the start to the end of the certificate for TLS",
            Unit::Seconds,
            metrics.certificate_lifetime.clone(),
        );
        registry.register_with_unit(
            "backup_age",
            "Age of the newest backup; +Inf without one, NaN if none are made",
            Unit::Seconds,
            metrics.backup.clone(),
        );
        metrics
    }
}

impl Metrics {
    /// Counts an accepted message.
    pub fn count_accepted(&self, outcome: &'static str) {
        self.accepted.get_or_create(&Outcome { outcome }).inc();
    }

    /// Counts a refused recipient or message.
    pub fn count_refused(&self, reason: &'static str) {
        self.refused.get_or_create(&Reason { reason }).inc();
    }

    /// Counts the outcome of a delivery attempt.
    pub fn count_delivery(&self, outcome: &'static str) {
        self.deliveries.get_or_create(&Outcome { outcome }).inc();
    }

    /// Records the time that sealing a message took.
    pub fn observe_seal_time(&self, time: Duration) {
        self.seal_time.observe(time.as_secs_f64());
    }

    /// The counters of the connections of one entrance, such as `smtp`.
    pub fn connections(&self, entrance: &'static str) -> ConnectionCounts {
        let entrance = Entrance { entrance };
        ConnectionCounts {
            open: self.connections.get_or_create_owned(&entrance),
            dismissed: self.dismissed.get_or_create_owned(&entrance),
            refused: self.refused_connections.get_or_create_owned(&entrance),
        }
    }

    /// Formats all metrics in the OpenMetrics text format, with the current state of the queue.
    pub async fn text(&self, store: &Store, upkeep: Upkeep, now: OffsetDateTime) -> Result<String, MetricsError> {
        let (begins, ends) = upkeep.certificate;
        self.certificate.set((ends - now).as_seconds_f64());
        self.certificate_lifetime.set((ends - begins).as_seconds_f64());
        self.backup.set(match upkeep.backup {
            NewestBackup::Made(at) => (now - at).as_seconds_f64(),
            NewestBackup::None => f64::INFINITY,
            NewestBackup::NotWanted => f64::NAN,
        });
        let depth = store.depth().await?;
        self.waiting.set(i64::try_from(depth.waiting).unwrap_or(i64::MAX));
        self.oldest
            .set(depth.oldest.map_or(0.0, |oldest| (now - oldest).as_seconds_f64()));
        self.pooled
            .set(i64::try_from(store.pooled_keys().await?).unwrap_or(i64::MAX));
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Why the metrics cannot be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MetricsError {
    /// The database failed.
    #[error("the queue cannot be counted")]
    Store(#[from] StoreError),
    /// The text could not be written.
    #[error("the metrics cannot be written")]
    Text(#[from] std::fmt::Error),
}

#[cfg(test)]
mod tests;
