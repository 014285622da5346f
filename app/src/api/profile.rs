//! Profiles: their issuance, their activation, and what their page shows.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

#[cfg(feature = "ssr")]
use super::{
    backend::backend,
    done::{Done, leads_to},
    paths,
};
use super::{error::ApiError, pgp::PgpKeyView};
use crate::{
    address::EmailAddress,
    id::{MailboxId, ProfileId},
    pki::{
        certificate::Certificate,
        issuance::{Answer, Completion, UserRequest},
        role::Role,
    },
    profile::{KeyEvidence, ProfileKind, ProfileState},
};

/// A profile as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileSummary {
    /// The id of the profile.
    pub id: ProfileId,
    /// How the profile encrypts.
    pub kind: ProfileKind,
    /// The state at the time of the answer.
    pub state: ProfileState,
    /// Last second of validity; [`crate::profile::NO_END`] if the profile has no end.
    #[serde(with = "time::serde::timestamp")]
    pub not_after: OffsetDateTime,
    /// Whole days until then; negative when past.
    pub days_left: i64,
}

/// A profile's own page. Profiles in state `issued` have no page: their chain does not exist yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileView {
    /// The profile as lists show it.
    pub summary: ProfileSummary,
    /// The address of its mailbox.
    pub mailbox: EmailAddress,
    /// First second of validity.
    #[serde(with = "time::serde::timestamp")]
    pub not_before: OffsetDateTime,
    /// The keys that it seals with.
    pub keys: KeysView,
    /// The id of its mailbox.
    pub mailbox_id: MailboxId,
    /// The newer profile that took its place, if one is active: this one then opens answers only.
    pub successor: Option<ProfileId>,
    /// Whether the person is known to have its key.
    pub evidence: KeyEvidence,
    /// The treatment of the mailbox's mail if this profile is deactivated or deleted.
    pub without: MailWithout,
    /// A ready profile of the mailbox that can be activated in place of this one.
    pub alternative: Option<ProfileId>,
}

/// The treatment of a mailbox's mail while a certain profile is not active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailWithout {
    /// It is sealed with this other profile, which is active.
    Sealed(ProfileId),
    /// It is rejected: no other profile is active, and the kill switch is on.
    Rejected,
    /// It is forwarded unencrypted: no other profile is active, and the kill switch is off.
    Clear,
}

/// The keys of a profile, by its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeysView {
    /// User, root, intermediate: the order in which iOS wants them.
    Smime(Vec<CertificateView>),
    /// The person's key and the trust key.
    Pgp(PgpKeyView),
}

/// The fields of a certificate as the page shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateView {
    /// The role of the certificate.
    pub role: Role,
    /// The subject, as a string of RFC 4514.
    pub subject: String,
    /// The issuer, as a string of RFC 4514.
    pub issuer: String,
    /// Serial number in hex, groups of two separated by colons.
    pub serial: String,
    /// SHA-256 fingerprint in hex, groups of two separated by colons.
    pub fingerprint: String,
    /// Length of the RSA modulus in bits.
    pub key_bits: usize,
    /// Addresses that it certifies.
    pub addresses: Vec<String>,
    /// Its name constraints, one sentence each.
    pub constraints: Vec<String>,
}

impl CertificateView {
    /// Describes a certificate.
    pub fn of(role: Role, certificate: &Certificate) -> Self {
        let pairs = |hex: String| {
            hex.as_bytes()
                .chunks(2)
                .map(|pair| String::from_utf8_lossy(pair).to_uppercase())
                .collect::<Vec<_>>()
                .join(":")
        };
        Self {
            role,
            subject: certificate.subject(),
            issuer: certificate.issuer(),
            serial: pairs(certificate.serial()),
            fingerprint: pairs(hex::encode(certificate.fingerprint())),
            key_bits: certificate.key_bits(),
            addresses: certificate.rfc822_names(),
            constraints: certificate.name_constraints_in_words(),
        }
    }
}

/// The answer of [`request_certificate`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuing {
    /// The profile, in state `issued`.
    pub profile: ProfileId,
    /// Message 2 of the issuance.
    pub answer: Answer,
}

/// Profiles and their issuance.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait ProfileBackend: Send + Sync {
    async fn request_certificate(
        &self,
        mailbox: MailboxId,
        request: UserRequest,
        renews: Option<ProfileId>,
    ) -> Result<Issuing, ApiError>;
    async fn complete_profile(&self, profile: ProfileId, completion: Completion) -> Result<(), ApiError>;
    async fn profile(&self, profile: ProfileId) -> Result<ProfileView, ApiError>;
    async fn report_export(&self, profile: ProfileId) -> Result<(), ApiError>;
    async fn activate_with_code(&self, profile: ProfileId, code: &str) -> Result<(), ApiError>;
    async fn activate_profile(&self, profile: ProfileId, untested: bool) -> Result<(), ApiError>;
    async fn deactivate_profile(&self, profile: ProfileId) -> Result<(), ApiError>;
    async fn delete_profile(&self, profile: ProfileId) -> Result<(), ApiError>;
}

/// Message 1 in, message 2 out: makes a profile in state `issued`. `renews` is the profile of the same mailbox whose place it
/// is to take, if any.
#[server(prefix = "/api", endpoint = "request_certificate", input = Json)]
pub async fn request_certificate(
    mailbox: MailboxId,
    request: UserRequest,
    renews: Option<ProfileId>,
) -> Result<Issuing, ApiError> {
    backend::<dyn ProfileBackend>()?
        .request_certificate(mailbox, request, renews)
        .await
}

/// Message 3: the profile becomes `ready`.
#[server(prefix = "/api", endpoint = "complete_profile", input = Json)]
pub async fn complete_profile(profile: ProfileId, completion: Completion) -> Result<(), ApiError> {
    backend::<dyn ProfileBackend>()?
        .complete_profile(profile, completion)
        .await
}

/// A profile for its page.
#[server(prefix = "/api", endpoint = "profile")]
pub async fn profile(profile: ProfileId) -> Result<ProfileView, ApiError> {
    backend::<dyn ProfileBackend>()?.profile(profile).await
}

/// The browser that made the profile's key reports that it wrote a file with it. Nothing of the file is sent.
#[server(prefix = "/api", endpoint = "report_export")]
pub async fn report_export(profile: ProfileId) -> Result<(), ApiError> {
    backend::<dyn ProfileBackend>()?.report_export(profile).await
}

/// "Activate" with the code inside a test message: from now on inbound mail is sealed with the profile; another active profile
/// of the mailbox becomes `ready`. Redirects to the profile's page if `to_page` is set; the wizard goes on by itself.
#[server(prefix = "/api", endpoint = "activate_with_code")]
pub async fn activate_with_code(
    profile: ProfileId,
    code: String,
    #[server(default)] to_page: bool,
) -> Result<(), ApiError> {
    backend::<dyn ProfileBackend>()?
        .activate_with_code(profile, &code)
        .await?;
    activated(profile, to_page);
    Ok(())
}

/// "Activate" without a code: for a profile that was tested before, or, if `untested` confirms it, for one whose key the person
/// has: it was exported, or is of PGP. Redirects as [`activate_with_code`] does.
#[server(prefix = "/api", endpoint = "activate_profile")]
pub async fn activate_profile(
    profile: ProfileId,
    #[server(default)] untested: bool,
    #[server(default)] to_page: bool,
) -> Result<(), ApiError> {
    backend::<dyn ProfileBackend>()?
        .activate_profile(profile, untested)
        .await?;
    activated(profile, to_page);
    Ok(())
}

#[cfg(feature = "ssr")]
fn activated(profile: ProfileId, to_page: bool) {
    if to_page {
        leads_to(&paths::profile(profile), Done::ProfileActivated, None);
    }
}

/// "Deactivate". Redirects to the profile's page.
#[server(prefix = "/api", endpoint = "deactivate_profile")]
pub async fn deactivate_profile(profile: ProfileId) -> Result<(), ApiError> {
    backend::<dyn ProfileBackend>()?.deactivate_profile(profile).await?;
    leads_to(&paths::profile(profile), Done::ProfileDeactivated, None);
    Ok(())
}

/// Deletes a profile with its keys and contact certificates. Redirects to `/relay`, or with `stay` nowhere.
#[server(prefix = "/api", endpoint = "delete_profile")]
pub async fn delete_profile(profile: ProfileId, #[server(default)] stay: bool) -> Result<(), ApiError> {
    backend::<dyn ProfileBackend>()?.delete_profile(profile).await?;
    if !stay {
        leads_to("/relay", Done::ProfileDeleted, None);
    }
    Ok(())
}
