//! Opening, with messages by other people's programs: OpenSSL, NSS and gpgsm sign with the person's key and encrypt to the
//! contact's certificate, both issued by our own PKI.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failing unwrap is a failing test"
)]

mod bombs;
#[path = "../support/changes.rs"]
mod changes;
mod clients;
mod compressed;
#[path = "../support/enveloped.rs"]
mod enveloped;
mod forged;
mod home;
mod hostile;
mod kept;
mod layers;
mod mutations;
mod nss;
mod openssl;
#[allow(dead_code, reason = "shared by several test programs")]
#[path = "../support/work.rs"]
mod work;
mod wycheproof;
