//! `sealpost doctor`, as an operator runs it: beside a real DNS server, real mail servers and the running relay.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failing unwrap is a failing test"
)]

mod certificate;
mod clock;
mod database;
mod machine;
mod next_hop;
mod operator;
#[path = "../deliver/peer.rs"]
#[allow(dead_code, reason = "the tests of deliveries use all of it")]
mod peer;
mod zones;
