//! Defines profiles: their issuance, their activation, and their page.
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
    pki::issuance::{Answer, Completion, UserRequest},
    profile::{KeyEvidence, ProfileKind, ProfileState},
};

pub use crate::pki::view::CertificateView;

/// A profile in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileSummary {
    /// The id of the profile.
    pub id: ProfileId,
    /// Its name.
    pub name: String,
    /// How the profile encrypts.
    pub kind: ProfileKind,
    /// The state at the time of the answer.
    pub state: ProfileState,
    /// Last second of validity, or [`crate::profile::NO_END`] if the profile never expires.
    #[serde(with = "time::serde::timestamp")]
    pub not_after: OffsetDateTime,
    /// Whole days until then, negative if it has passed.
    pub days_left: i64,
}

/// A profile that is linked to by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedProfile {
    /// The id of the profile.
    pub id: ProfileId,
    /// Its name.
    pub name: String,
}

/// A profile's own page. Profiles in state `issued` have no page: their chain does not exist yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileView {
    /// The profile as in a list.
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
    /// The active newer profile that replaced it. This profile then only opens answers.
    pub successor: Option<NamedProfile>,
    /// Evidence that the person has its key.
    pub evidence: KeyEvidence,
    /// What happens to the mailbox's mail if this profile is deactivated or deleted.
    pub without: MailWithout,
    /// A ready profile of the mailbox that can be activated instead of this one.
    pub alternative: Option<NamedProfile>,
}

/// What happens to a mailbox's mail while a certain profile is not active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailWithout {
    /// It is encrypted with this other active profile.
    Sealed(NamedProfile),
    /// It is rejected: no other profile is active, and the kill switch is on.
    Rejected,
    /// It is forwarded unencrypted: no other profile is active, and the kill switch is off.
    Clear,
}

/// The keys of a profile, by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeysView {
    /// User, root, intermediate, in the order that iOS expects.
    Smime(Vec<CertificateView>),
    /// The person's key and the trust key.
    Pgp(PgpKeyView),
}

/// The answer of [`request_certificate`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuing {
    /// The profile, in state `issued`.
    pub profile: ProfileId,
    /// Its name.
    pub name: String,
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
        device: &str,
    ) -> Result<Issuing, ApiError>;
    async fn complete_profile(&self, profile: ProfileId, completion: Completion) -> Result<(), ApiError>;
    async fn profile(&self, profile: ProfileId) -> Result<ProfileView, ApiError>;
    async fn report_export(&self, profile: ProfileId) -> Result<(), ApiError>;
    async fn activate_with_code(&self, profile: ProfileId, code: &str) -> Result<(), ApiError>;
    async fn activate_profile(&self, profile: ProfileId, untested: bool) -> Result<(), ApiError>;
    async fn deactivate_profile(&self, profile: ProfileId) -> Result<(), ApiError>;
    async fn delete_profile(&self, profile: ProfileId) -> Result<(), ApiError>;
    async fn name_profile(&self, profile: ProfileId, name: &str) -> Result<(), ApiError>;
}

/// Takes message 1 and returns message 2. Creates a profile in state `issued`. `renews` is the profile of the same
/// mailbox that it replaces, if any. The profile's name follows from `device`, see [`crate::profile_name::new_name`].
#[server(prefix = "/api", endpoint = "request_certificate", input = Json)]
pub async fn request_certificate(
    mailbox: MailboxId,
    request: UserRequest,
    renews: Option<ProfileId>,
    #[server(default)] device: String,
) -> Result<Issuing, ApiError> {
    backend::<dyn ProfileBackend>()?
        .request_certificate(mailbox, request, renews, &device)
        .await
}

/// Takes message 3. The profile becomes `ready`.
#[server(prefix = "/api", endpoint = "complete_profile", input = Json)]
pub async fn complete_profile(profile: ProfileId, completion: Completion) -> Result<(), ApiError> {
    backend::<dyn ProfileBackend>()?
        .complete_profile(profile, completion)
        .await
}

/// Returns a profile for its page.
#[server(prefix = "/api", endpoint = "profile")]
pub async fn profile(profile: ProfileId) -> Result<ProfileView, ApiError> {
    backend::<dyn ProfileBackend>()?.profile(profile).await
}

/// Reports that the browser which generated the profile's key wrote it to a file. The file itself is not sent.
#[server(prefix = "/api", endpoint = "report_export")]
pub async fn report_export(profile: ProfileId) -> Result<(), ApiError> {
    backend::<dyn ProfileBackend>()?.report_export(profile).await
}

/// "Activate" with the code inside a test message. Inbound mail is encrypted with the profile from now on, and another
/// active profile of the mailbox becomes `ready`. Redirects to the profile's page if `to_page` is set. The wizard does
/// not need that.
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

/// "Activate" without a code. The profile was tested before, or `untested` confirms to skip the test. Then the person
/// must have the key, because it was exported or is a PGP key. Redirects like [`activate_with_code`].
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

/// Names a profile. The name gets a number if another profile of the mailbox has it. Redirects to the profile's page.
#[server(prefix = "/api", endpoint = "name_profile")]
pub async fn name_profile(profile: ProfileId, #[server(default)] name: String) -> Result<(), ApiError> {
    backend::<dyn ProfileBackend>()?.name_profile(profile, &name).await?;
    leads_to(&paths::profile(profile), Done::ProfileNamed, None);
    Ok(())
}

/// Deletes a profile with its keys and contact certificates. Redirects to `/relay`, unless `stay` is set.
#[server(prefix = "/api", endpoint = "delete_profile")]
pub async fn delete_profile(profile: ProfileId, #[server(default)] stay: bool) -> Result<(), ApiError> {
    backend::<dyn ProfileBackend>()?.delete_profile(profile).await?;
    if !stay {
        leads_to("/relay", Done::ProfileDeleted, None);
    }
    Ok(())
}
