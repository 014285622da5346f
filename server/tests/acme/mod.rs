//! Certificates of a CA: Pebble, which proves names as Let's Encrypt does. OpenSSL and curl judge what the relay shows.

mod failures;
mod front;
mod harness;
mod issuance;
mod own;
mod recovery;
mod renewal;
