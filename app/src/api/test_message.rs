//! Sends test messages, which the relay seals with a profile, and reports their outcome.
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
pub struct TestMessageView {
    /// Its state now.
    pub state: TestMessageState,
    /// When this state began.
    #[serde(with = "time::serde::timestamp")]
    pub at: OffsetDateTime,
    /// The server's time, which ages are relative to.
    #[serde(with = "time::serde::timestamp")]
    pub now: OffsetDateTime,
}

/// The state of a test message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestMessageState {
    /// It is in the queue.
    Queued,
    /// The next hop, named here, accepted it.
    HandedOver(String),
    /// It is deferred for this reason.
    PutOff(String),
    /// It failed for this reason, and is not tried again.
    Failed(String),
}

impl TestMessageState {
    /// Whether its state may still change.
    pub fn is_under_way(&self) -> bool {
        matches!(self, Self::Queued | Self::PutOff(_))
    }
}

/// Test messages.
#[cfg(feature = "ssr")]
#[async_trait]
#[allow(missing_docs, reason = "documented at the server functions of the same names")]
pub trait TestMessageBackend: Send + Sync {
    async fn test_message(&self, profile: ProfileId) -> Result<Option<TestMessageView>, ApiError>;
    async fn send_test_message(&self, profile: ProfileId) -> Result<(), ApiError>;
}

/// Returns the profile's last test message, if there was one.
#[server(prefix = "/api", endpoint = "test_message")]
pub async fn test_message(profile: ProfileId) -> Result<Option<TestMessageView>, ApiError> {
    backend::<dyn TestMessageBackend>()?.test_message(profile).await
}

/// Sends a new test message, sealed with the profile. If the profile is not active, the message contains a code that
/// activates it and replaces the code before. Redirects to the profile's page if `to_page` is set.
#[server(prefix = "/api", endpoint = "send_test_message")]
pub async fn send_test_message(profile: ProfileId, #[server(default)] to_page: bool) -> Result<(), ApiError> {
    backend::<dyn TestMessageBackend>()?.send_test_message(profile).await?;
    if to_page {
        leads_to(&paths::profile(profile), Done::TestSent, None);
    }
    Ok(())
}
