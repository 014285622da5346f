//! The code that Sealpost's server and browser share: addresses, ids, profiles, the certificate model, the web API and
//! the pages.
//!
//! Without a feature, only the pure part is compiled ([`address`], [`id`], [`profile`], [`profile_name`],
//! [`pki`], [`custody`], [`pgp`]). It does no I/O, and gets time and randomness as parameters. `ssr` adds the server's half of the API, and `hydrate` adds
//! the browser's. Both add the pages in `ui`. `key-worker` adds what the key worker's program exports.
//!
//! Directions: `ui` → `api` → [`pki`], [`pgp`], [`profile`], [`address`], [`id`]; `ui` → [`custody`] → [`pki`] → [`address`].
//! `tests/boundaries.rs` holds them.

// The types of pages nest as deeply as their elements.
#![recursion_limit = "256"]
// A module with children is a folder with a `mod.rs`.
#![warn(clippy::self_named_module_files)]

pub mod address;
#[cfg(feature = "ui")]
pub mod api;
pub mod custody;
pub mod id;
pub mod pgp;
pub mod pki;
pub mod profile;
pub mod profile_name;
#[cfg(feature = "ui")]
pub mod texts;
#[cfg(feature = "ui")]
pub mod ui;
