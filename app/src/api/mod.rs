//! What the pages ask of the server: wire types, and server functions that only translate to a [`Backend`].

pub mod account;
pub mod activity;
pub mod alias;
pub mod api_key;
#[cfg(feature = "ssr")]
mod backend;
pub mod contact;
pub mod data;
pub mod done;
mod error;
pub mod interface;
pub mod mailbox;
pub mod next;
pub mod passkey;
pub mod pgp;
pub mod probe;
pub mod profile;
pub mod recovery;
pub mod security;
pub mod settings;
pub mod two_factor;
pub mod unsubscribe;

#[cfg(feature = "ssr")]
pub use backend::{
    AccountBackend, AliasBackend, ApiKeyBackend, Backend, ContactBackend, CorrespondenceBackend, DataBackend,
    InterfaceBackend, MailboxBackend, PasskeyBackend, PgpBackend, ProbeBackend, ProfileBackend, RecoveryBackend,
    SecurityBackend, SettingsBackend, TwoFactorBackend, UnsubscribeBackend, backend,
};
pub use error::ApiError;
