//! Test messages: the relay seals one with a profile, and reports what became of it.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

#[cfg(feature = "ssr")]
use async_trait::async_trait;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::error::ApiError;
#[cfg(feature = "ssr")]
use super::{
    backend::backend,
    done::{Done, leads_to},
    paths,
};
use crate::id::ProfileId;

/// The last test message of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeView {
    /// Its state now.
    pub state: ProbeState,
    /// Time since which it is in this state.
    #[serde(with = "time::serde::timestamp")]
    pub at: OffsetDateTime,
    /// The server's time, which ages are relative to.
    #[serde(with = "time::serde::timestamp")]
    pub now: OffsetDateTime,
}

/// Where a test message is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeState {
    /// It is in the queue.
    Queued,
    /// The next hop, named here, has taken it.
    HandedOver(String),
    /// It is tried again later, for this reason.
    PutOff(String),
    /// Nobody tries any more, for this reason.
    Failed(String),
}

impl ProbeState {
    /// Whether something may still happen to it.
    pub fn is_under_way(&self) -> bool {
        matches!(self, Self::Queued | Self::PutOff(_))
    }
}

/// Test messages.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait ProbeBackend: Send + Sync {
    async fn probe(&self, profile: ProfileId) -> Result<Option<ProbeView>, ApiError>;
    async fn send_probe(&self, profile: ProfileId) -> Result<(), ApiError>;
}

/// The profile's last test message, if it had one.
#[server(prefix = "/api", endpoint = "probe")]
pub async fn probe(profile: ProfileId) -> Result<Option<ProbeView>, ApiError> {
    backend::<dyn ProbeBackend>()?.probe(profile).await
}

/// Sends another one, sealed with the profile, active or not. While the profile is not active, a code is inside, which activates
/// it; the code of the message before is void. Redirects to the profile's page if `to_page` is set.
#[server(prefix = "/api", endpoint = "send_probe")]
pub async fn send_probe(profile: ProfileId, #[server(default)] to_page: bool) -> Result<(), ApiError> {
    backend::<dyn ProbeBackend>()?.send_probe(profile).await?;
    if to_page {
        leads_to(&paths::profile(profile), Done::TestSent, None);
    }
    Ok(())
}
