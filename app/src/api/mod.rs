//! Defines the web API between pages and server: its types, and one server function for each query and command.
//!
//! Each area is a module with its types, its server functions and a trait that the server implements. Server functions
//! only translate. They call the trait and choose the next page.

pub mod account;
pub mod activity;
pub mod administration;
pub mod alias;
pub mod api_key;
#[cfg(feature = "ssr")]
pub(crate) mod backend;
pub mod bulk;
pub mod checklist;
pub mod contact;
pub mod data;
pub mod done;
mod error;
mod error_words;
pub mod interface;
pub mod limits;
pub mod mailbox;
pub mod next;
pub mod operator_action;
pub mod passkey;
#[cfg(feature = "ssr")]
mod paths;
pub mod pgp;
pub mod profile;
pub mod provider;
pub mod recovery;
pub mod security;
pub mod settings;
pub mod tab;
pub mod test_message;
pub mod two_factor;
pub mod unsubscribe;
pub mod waiting;

#[cfg(feature = "ssr")]
use std::sync::Arc;

#[cfg(feature = "ssr")]
use leptos::prelude::provide_context;

#[cfg(feature = "ssr")]
use self::{
    account::AccountBackend,
    administration::AdministrationBackend,
    alias::{AliasBackend, CorrespondenceBackend},
    api_key::ApiKeyBackend,
    bulk::BulkBackend,
    checklist::ChecklistBackend,
    contact::ContactBackend,
    data::DataBackend,
    interface::InterfaceBackend,
    mailbox::MailboxBackend,
    passkey::PasskeyBackend,
    pgp::PgpBackend,
    profile::ProfileBackend,
    provider::ProviderBackend,
    recovery::RecoveryBackend,
    security::SecurityBackend,
    settings::SettingsBackend,
    test_message::TestMessageBackend,
    two_factor::TwoFactorBackend,
    unsubscribe::UnsubscribeBackend,
    waiting::QueueBackend,
};
pub use self::{error::ApiError, error_words::pki_error_words};

/// Sets the backend that answers the server functions of the current request. It is bound to that request, so it knows
/// who asks and sets the cookies of the answer.
///
/// Its methods return [`ApiError::SignedOut`] without a session, and [`ApiError::NotFound`] for objects of another
/// account. Those of [`AdministrationBackend`] and [`QueueBackend`] return [`ApiError::NotFound`] to everybody who is no administrator. The
/// exceptions are `viewer`, `relay_info`, `unsubscribe`, and those that sign up, in and out or replace a
/// forgotten password.
#[cfg(feature = "ssr")]
pub fn provide<B>(backend: Arc<B>)
where
    B: AccountBackend
        + AdministrationBackend
        + AliasBackend
        + ApiKeyBackend
        + BulkBackend
        + ContactBackend
        + CorrespondenceBackend
        + DataBackend
        + InterfaceBackend
        + MailboxBackend
        + PasskeyBackend
        + PgpBackend
        + TestMessageBackend
        + ProfileBackend
        + ProviderBackend
        + QueueBackend
        + RecoveryBackend
        + SecurityBackend
        + SettingsBackend
        + ChecklistBackend
        + TwoFactorBackend
        + UnsubscribeBackend
        + 'static,
{
    provide_context::<Arc<dyn AccountBackend>>(backend.clone());
    provide_context::<Arc<dyn AdministrationBackend>>(backend.clone());
    provide_context::<Arc<dyn AliasBackend>>(backend.clone());
    provide_context::<Arc<dyn ApiKeyBackend>>(backend.clone());
    provide_context::<Arc<dyn BulkBackend>>(backend.clone());
    provide_context::<Arc<dyn ContactBackend>>(backend.clone());
    provide_context::<Arc<dyn CorrespondenceBackend>>(backend.clone());
    provide_context::<Arc<dyn DataBackend>>(backend.clone());
    provide_context::<Arc<dyn InterfaceBackend>>(backend.clone());
    provide_context::<Arc<dyn MailboxBackend>>(backend.clone());
    provide_context::<Arc<dyn PasskeyBackend>>(backend.clone());
    provide_context::<Arc<dyn PgpBackend>>(backend.clone());
    provide_context::<Arc<dyn TestMessageBackend>>(backend.clone());
    provide_context::<Arc<dyn ProfileBackend>>(backend.clone());
    provide_context::<Arc<dyn ProviderBackend>>(backend.clone());
    provide_context::<Arc<dyn QueueBackend>>(backend.clone());
    provide_context::<Arc<dyn RecoveryBackend>>(backend.clone());
    provide_context::<Arc<dyn SecurityBackend>>(backend.clone());
    provide_context::<Arc<dyn SettingsBackend>>(backend.clone());
    provide_context::<Arc<dyn ChecklistBackend>>(backend.clone());
    provide_context::<Arc<dyn TwoFactorBackend>>(backend.clone());
    provide_context::<Arc<dyn UnsubscribeBackend>>(backend);
}
