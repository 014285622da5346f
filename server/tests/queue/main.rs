//! The queue's promise: what got 250 arrives or is reported, whatever is killed, full, away or slow.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failing unwrap is a failing test"
)]

mod bounces;
mod clear;
mod clock;
mod database;
mod disk;
#[allow(dead_code, reason = "shared by several test programs")]
#[path = "../support/dns.rs"]
mod dns;
#[allow(dead_code, reason = "shared by several test programs")]
#[path = "../support/home.rs"]
mod home;
mod kill;
mod metrics;
mod patience;
mod pool;
#[allow(dead_code, reason = "shared by several test programs")]
#[path = "../store/postgres.rs"]
mod postgres;
mod program;
mod sender;
mod sink;
mod slow;
mod witness;

use std::{sync::Arc, time::Duration};

use home::MASTER;
use server::{
    store::Store,
    threads::Threads,
    vault::{MasterKeySource, Vault},
};
use zeroize::Zeroizing;

/// The identifiers under which messages leave.
fn threads(store: &Store) -> Threads {
    let vault = Vault::open(MasterKeySource::Value(Zeroizing::new(MASTER.to_owned()))).unwrap();
    Threads::new(store.clone(), Arc::new(vault), "relay.example".into())
}

/// Waits until something is so.
async fn until<F: Future<Output = bool>>(what: &str, seconds: u64, so: impl Fn() -> F) {
    for _ in 0..seconds * 50 {
        if so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not within {seconds} s: {what}");
}
