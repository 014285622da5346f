//! Submits the public key of a PGP profile, and describes it for the page.
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

/// The keys of an OpenPGP profile, described for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PgpKeyView {
    /// The fingerprint of the person's key in hexadecimal, in groups of four.
    pub fingerprint: String,
    /// The user ids as they are in the key.
    pub user_ids: Vec<String>,
    /// Whether one of them has the mailbox's address.
    pub names_mailbox: bool,
    /// The algorithms for signatures and encryption.
    pub algorithm: String,
    /// When the key was created, by its own date.
    #[serde(with = "time::serde::timestamp")]
    pub created_at: OffsetDateTime,
    /// The fingerprint of the profile's trust key in hexadecimal, in groups of four.
    pub trust_fingerprint: String,
}

/// OpenPGP profiles.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait PgpBackend: Send + Sync {
    async fn submit_pgp_key(
        &self,
        mailbox: MailboxId,
        key: Zeroizing<String>,
        device: &str,
    ) -> Result<ProfileId, ApiError>;
}

/// "Submit": creates a profile in state `ready` from an armored public key. Its name follows from `device`, see
/// [`crate::profile_name::new_name`]. Redirects to the profile's page.
#[server(prefix = "/api", endpoint = "submit_pgp_key")]
pub async fn submit_pgp_key(
    mailbox: MailboxId,
    key: String,
    #[server(default)] device: String,
) -> Result<(), ApiError> {
    // It may turn out to be a private key.
    let key = Zeroizing::new(key);
    let profile = backend::<dyn PgpBackend>()?
        .submit_pgp_key(mailbox, key, &device)
        .await?;
    leptos_axum::redirect(&paths::profile(profile));
    Ok(())
}
