//! SPF, DKIM and DMARC against a real DNS server on loopback, with keys that the tests make. What we verify was signed by
//! somebody else's code, and what we sign is verified by it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failing unwrap is a failing test"
)]

mod authors;
mod covered;
mod findings;
#[allow(dead_code, reason = "shared by several test programs")]
#[path = "../support/home.rs"]
mod home;
mod lookups;
mod names;
mod relaying;
mod signing;
mod spf;
mod wishes;
mod zone;
