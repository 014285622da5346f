//! The part of Sealpost that server and browser share: addresses, ids, profiles, the certificate model, the web API, and the pages.
//!
//! Without a feature only the pure part is compiled ([`address`], [`id`], [`profile`], [`pki`], [`pgp`]). It does no I/O, and is
//! handed time and randomness. `ssr` adds the server's half of the API, `hydrate` the browser's; both add the pages in `ui`.
//!
//! Directions: `ui` → `api` → [`pki`], [`pgp`], [`profile`], [`address`], [`id`]; [`pki`] imports [`address`] only.
//! `tests/boundaries.rs` holds them.

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
