//! The queue's promise: what got 250 arrives or is reported, whatever is killed, full, away or slow.

mod bounces;
mod clear;
mod core_dump;
mod database;
mod disk;
mod kill;
mod line;
mod memory;
mod metrics;
mod patience;
mod pool;
pub mod program;
mod prometheus;
mod require_tls;
mod rotation;
pub mod sender;
mod several;
mod sink;
mod slow;
mod traces;
mod witness;

use std::{sync::Arc, time::Duration};

use server::{
    message_ids::MessageIdMap,
    store::Store,
    vault::{MasterKeySource, Vault},
};
use zeroize::Zeroizing;

use crate::support::home::MASTER;

/// The identifiers under which messages leave.
fn threads(store: &Store) -> MessageIdMap {
    let vault = Vault::open(&MasterKeySource::Value(Zeroizing::new(MASTER.to_owned()))).unwrap();
    MessageIdMap::new(store.clone(), Arc::new(vault), "relay.example".into())
}

/// Far longer than anything here takes, on a busy machine too: only to end a hang.
const HANG: Duration = Duration::from_secs(240);

/// Waits until something is so.
pub async fn until<F: Future<Output = bool>>(what: &str, so: impl Fn() -> F) {
    let so = async {
        while !so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let came = tokio::time::timeout(HANG, so).await;
    assert!(came.is_ok(), "not within {HANG:?}: {what}");
}
