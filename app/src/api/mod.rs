//! What the pages ask of the server: wire types, and server functions that only translate to a [`Backend`].

pub mod account;
pub mod activity;
pub mod alias;
#[cfg(feature = "ssr")]
mod backend;
mod error;
pub mod passkey;
pub mod profile;
pub mod recovery;
pub mod security;
pub mod two_factor;

#[cfg(feature = "ssr")]
pub use backend::{
    AccountBackend, AliasBackend, Backend, CorrespondenceBackend, MailboxBackend, PasskeyBackend, ProfileBackend,
    RecoveryBackend, SecurityBackend, TwoFactorBackend, backend,
};
pub use error::ApiError;
