//! Sealpost, the relay.
//!
//! ```text
//! smtp (wire, session) -> gate -> inbound (identify -> auth -> policy -> rewrite) -> seal (sign -> envelope) -> queue
//!                              -> reply (seal::open -> authorise -> strip) -> queue -> deliver
//! web  (session, backend) -> store, vault, app::pki
//! ```
//!
//! Directions: `mail` and `seal` are pure (no tokio, sea-orm, axum, clock); nobody but `store` names sea-orm; nobody but
//! `smtp` names mailin; nobody but `deliver` names lettre's transports; nobody but `auth` and `deliver::dkim` names
//! mail-auth.

pub mod attempts;
pub mod auth;
pub mod clock;
pub mod config;
pub mod core_dump;
pub mod deliver;
mod dns;
pub mod domains;
pub mod gate;
pub mod inbound;
pub mod invitation;
mod key_file;
mod keyring;
pub mod local_part;
pub mod logging;
pub mod mail;
pub mod metrics;
mod one_time_code;
pub mod open_files;
pub mod processors;
pub mod publish;
pub mod queue;
pub mod relay;
pub mod reply;
pub mod seal;
mod slots;
pub mod smtp;
pub mod store;
pub mod threads;
pub mod unsubscribe;
pub mod vault;
pub mod web;
