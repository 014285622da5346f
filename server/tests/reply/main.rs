//! Conversations over real SMTP with a whole relay: the person's client is OpenSSL or NSS, given the exported file and what
//! arrived; what leaves is judged by Python. And those who only claim to be the person.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failing unwrap is a failing test"
)]

mod authority;
mod conversation;
mod covered;
mod domains;
mod efail;
mod failures;
mod forged;
mod forms;
#[allow(dead_code, reason = "shared by several test programs")]
#[path = "../support/home.rs"]
mod home;
mod hostile;
mod leaks;
mod moved;
mod nss;
mod outside;
mod own;
mod person;
mod pgp;
#[path = "../support/pgp_profile.rs"]
mod pgp_profile;
mod profiles;
mod quota;
mod recipients;
mod spoofing;
mod talk;
mod transport;
mod unused;
mod wire;
