//! What server and browser share: addresses, profiles, the certificate model, the wire types, and the pages.
//!
//! Without a feature only the pure part is compiled ([`address`], [`id`], [`profile`], [`pki`], [`pgp`]): it knows no I/O, no clock and
//! no source of randomness but those that it is handed. `ssr` adds the server's half of [`api`], `hydrate` the
//! browser's; both add the pages in `ui`.
//!
//! Directions: `ui` → [`api`] → [`pki`], [`pgp`], [`profile`], [`address`], [`id`]; [`pki`] knows [`address`] only.

// A module with children is a folder, with its own text in `mod.rs`.
#![warn(clippy::self_named_module_files)]

pub mod address;
#[cfg(feature = "ui")]
pub mod api;
pub mod id;
pub mod pgp;
pub mod pki;
pub mod profile;
#[cfg(feature = "ui")]
pub mod ui;
