//! Profiles of OpenPGP: submitting the person's public key, and what is shown of it.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::ApiError;
use crate::id::MailboxId;

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

/// "Submit": makes a profile in state `ready` of a public key, armored. Redirects to the profile's page.
#[server(prefix = "/api", endpoint = "submit_pgp_key")]
pub async fn submit_pgp_key(mailbox: MailboxId, key: String) -> Result<(), ApiError> {
    // It may turn out to be a private one.
    let key = zeroize::Zeroizing::new(key);
    let profile = super::backend()?.submit_pgp_key(mailbox, key).await?;
    leptos_axum::redirect(&format!("/profiles/{profile}"));
    Ok(())
}
