//! Shared by several test programs, and independent of the server: other people's programs as DNS server, provider, mail
//! client and database, changes to messages, and the cost of a computation. A change in the server doesn't compile it again, and
//! the server's unit tests use it without a second copy of the server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failing unwrap is a failing test"
)]

pub mod changes;
pub mod dkim;
pub mod dns;
pub mod enveloped;
pub mod gnupg;
pub mod network;
pub mod pebble;
pub mod ports;
pub mod postfix;
pub mod postgres;
pub mod privilege;
pub mod program;
pub mod provider;
pub mod rspamd;
pub mod work;
