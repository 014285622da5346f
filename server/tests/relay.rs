//! The whole relay and its parts, over real sockets: what strangers, people and administrators do to it. One program, because
//! linking takes longer than compiling. A part runs alone by its name: `cargo test --test relay reply::`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failing unwrap is a failing test"
)]

mod acme;
mod auth;
mod command;
mod deliver;
mod http;
mod inbound;
mod queue;
mod reply;
mod smtp;
mod store;
mod support;
mod upgrade;
mod vault;
