//! PGP profiles: submitting the public key, and what the page shows of it.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
#[cfg(feature = "ssr")]
use zeroize::Zeroizing;

use super::error::ApiError;
#[cfg(feature = "ssr")]
use super::{backend::backend, paths};
use crate::id::MailboxId;
#[cfg(feature = "ssr")]
use crate::id::ProfileId;

/// The keys of a profile of OpenPGP in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PgpKeyView {
    /// Fingerprint of the person's key, hex, groups of four.
    pub fingerprint: String,
    /// User ids, as they stand in the key.
    pub user_ids: Vec<String>,
    /// Whether one of them has the mailbox's address.
    pub names_mailbox: bool,
    /// The algorithms of signatures and encryption.
    pub algorithm: String,
    /// When the key was made, by its own date.
    #[serde(with = "time::serde::timestamp")]
    pub created_at: OffsetDateTime,
    /// Fingerprint of the profile's trust key, hex, groups of four.
    pub trust_fingerprint: String,
}

/// Profiles of OpenPGP.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait PgpBackend: Send + Sync {
    async fn submit_pgp_key(&self, mailbox: MailboxId, key: Zeroizing<String>) -> Result<ProfileId, ApiError>;
}

/// "Submit": makes a profile in state `ready` of a public key, armored. Redirects to the profile's page.
#[server(prefix = "/api", endpoint = "submit_pgp_key")]
pub async fn submit_pgp_key(mailbox: MailboxId, key: String) -> Result<(), ApiError> {
    // It may turn out to be a private one.
    let key = Zeroizing::new(key);
    let profile = backend::<dyn PgpBackend>()?.submit_pgp_key(mailbox, key).await?;
    leptos_axum::redirect(&paths::profile(profile));
    Ok(())
}
