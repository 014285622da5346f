//! S/MIME, OpenPGP and MIME without a relay: other people's programs open what is sealed here, and write what is opened here.
//! A part runs alone by its name: `cargo test --test formats pgp::`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failing unwrap is a failing test"
)]

mod open;
mod pgp;
mod seal;
mod strip;
