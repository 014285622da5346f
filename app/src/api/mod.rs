//! What the pages ask of the server: wire types, and server functions that only translate to a [`Backend`].

pub mod account;
pub mod activity;
pub mod alias;
#[cfg(feature = "ssr")]
mod backend;
pub mod done;
mod error;
pub mod interface;
pub mod profile;

#[cfg(feature = "ssr")]
pub use backend::{
    AccountBackend, AliasBackend, Backend, CorrespondenceBackend, InterfaceBackend, MailboxBackend, ProfileBackend,
    backend,
};
pub use error::ApiError;
