//! The SMTP receiver, started in-process on a loopback port and spoken to by scripts, by clients of other people and by
//! those who mean harm.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failing unwrap is a failing test"
)]

mod clients;
mod dialogs;
mod guessing;
mod harness;
mod limits;
mod log;
mod message;
mod smuggling;
mod starttls;
mod stopping;
