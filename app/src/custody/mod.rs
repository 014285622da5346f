//! Keeps the user key. Only here does the browser hold a private key.
//!
//! A dedicated worker (`worker`), a program of its own, generates and uses keys. The page sends it messages ([`protocol`])
//! and gets requests, certificates and the exported file. Neither side of it knows the pages.

pub mod keys;
pub mod protocol;
#[cfg(feature = "key-worker")]
pub mod worker;
