//! What the pages ask of the server: wire types, and server functions that only translate to a [`Backend`].

pub mod account;
pub mod activity;
pub mod alias;
pub mod api_key;
#[cfg(feature = "ssr")]
mod backend;
pub mod data;
mod error;
pub mod profile;

#[cfg(feature = "ssr")]
pub use backend::{
    AccountBackend, AliasBackend, ApiKeyBackend, Backend, CorrespondenceBackend, DataBackend, MailboxBackend,
    ProfileBackend, backend,
};
pub use error::ApiError;
