//! The web interface through its router: what a browser sees, and what another site or another account cannot do.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failing unwrap is a failing test"
)]

mod accounts;
mod api;
mod correspondence;
mod data;
mod pages;
mod patience;
mod profiles;
mod protection;
mod relay;
mod site;
