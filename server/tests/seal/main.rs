//! Sealing, judged by other people's cryptography: OpenSSL, NSS and gpgsm open what was made here.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failing unwrap is a failing test"
)]

mod big;
mod clients;
mod corpus;
mod modern;
mod opaque;
mod person;
mod refusals;
mod structure;
