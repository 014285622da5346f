//! Test messages.

use app::api::{ApiError, ProbeBackend, probe::ProbeView, profile::ProfileId};
use async_trait::async_trait;

use super::{
    super::{
        fault::{fault, log},
        limit::PROBES,
    },
    RequestBackend,
};
use crate::inbound::probe::ProbeError;

#[async_trait]
impl ProbeBackend for RequestBackend {
    async fn probe(&self, profile: ProfileId) -> Result<Option<ProbeView>, ApiError> {
        let account = self.account()?;
        let store = &self.site.store;
        if store.profile_settings(account, profile).await.map_err(fault)?.is_none() {
            return Err(ApiError::NotFound);
        }
        store
            .probe(account, profile, self.site.clock.now())
            .await
            .map_err(fault)
    }

    async fn send_probe(&self, profile: ProfileId) -> Result<(), ApiError> {
        let account = self.account()?;
        let site = &self.site;
        let own = site.store.profile_settings(account, profile).await.map_err(fault)?;
        own.ok_or(ApiError::NotFound)?;
        site.admit(&PROBES, &account.0.to_be_bytes()).await?;
        match site.prober.send(account, profile).await {
            Ok(()) => Ok(()),
            Err(ProbeError::NoProfile) => Err(ApiError::NotFound),
            Err(ProbeError::Ended) => Err(ApiError::ProfileState),
            Err(error) => {
                log(&error);
                Err(ApiError::MailNotSent)
            }
        }
    }
}
