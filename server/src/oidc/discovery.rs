//! Keeps what the provider says of itself, and its keys, for a while (OpenID Connect Discovery §4).

use std::sync::Arc;

use openidconnect::{IssuerUrl, core::CoreProviderMetadata};
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;

use super::{error::OidcError, http::HttpClient};
use crate::clock::{Clock, is_within};

/// How long it is kept. A provider that moves its pages is followed by then.
const AGE: Duration = Duration::minutes(15);
/// How long nobody asks again after a failure, or for a key that is missing. Otherwise everybody at the button would wait for a provider
/// that is down, one after the other.
const PAUSE: Duration = Duration::seconds(15);

/// The provider's own description.
pub(super) struct Discovery {
    issuer: IssuerUrl,
    clock: Arc<dyn Clock>,
    /// One asks, and the others wait for its answer.
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    metadata: Option<(Arc<CoreProviderMetadata>, OffsetDateTime)>,
    failed: Option<OffsetDateTime>,
}

impl Discovery {
    pub fn new(issuer: &str, clock: Arc<dyn Clock>) -> Result<Self, OidcError> {
        Ok(Self {
            clock,
            issuer: IssuerUrl::new(issuer.to_owned()).map_err(OidcError::Url)?,
            known: Mutex::default(),
        })
    }

    /// Returns it, at most [`AGE`] old.
    pub async fn metadata(&self, http: &HttpClient) -> Result<Arc<CoreProviderMetadata>, OidcError> {
        self.younger_than(AGE, http).await
    }

    /// Returns it anew, because a key is missing in it.
    pub async fn refreshed(&self, http: &HttpClient) -> Result<Arc<CoreProviderMetadata>, OidcError> {
        self.younger_than(PAUSE, http).await
    }

    async fn younger_than(&self, age: Duration, http: &HttpClient) -> Result<Arc<CoreProviderMetadata>, OidcError> {
        let mut known = self.known.lock().await;
        // Others may have waited long for it.
        let now = self.clock.now();
        if let Some((metadata, _)) = known.metadata.as_ref().filter(|(_, at)| is_within(*at, age, now)) {
            return Ok(Arc::clone(metadata));
        }
        if known.failed.is_some_and(|at| is_within(at, PAUSE, now)) {
            return Err(OidcError::JustFailed);
        }
        match CoreProviderMetadata::discover_async(self.issuer.clone(), http).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *known = Known {
                    metadata: Some((Arc::clone(&metadata), self.clock.now())),
                    failed: None,
                };
                Ok(metadata)
            }
            Err(error) => {
                known.failed = Some(self.clock.now());
                Err(OidcError::Discovery(Box::new(error)))
            }
        }
    }
}
