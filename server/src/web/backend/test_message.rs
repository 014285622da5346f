//! Sends test messages with a code.

use app::{
    api::{
        ApiError,
        test_message::{TestMessageBackend, TestMessageView},
    },
    id::ProfileId,
    profile::ProfileState,
};
use async_trait::async_trait;
use time::Duration;

use super::{
    super::{
        Site,
        fault::{fault, log},
        limit::TEST_MESSAGES,
    },
    RequestBackend,
    code::{CodePurpose, random_digits},
};
use crate::{
    notices::test_message::{TestCode, TestMessageError},
    one_time_code::normalise_digits,
    store::{code::CodeHash, test_code::NewTestCode},
};

/// How long a code is valid. Mail may be delayed for hours, and only the profile's key can read the code.
const LIFETIME: Duration = Duration::days(1);
/// How often a code may be tried. A guess at six digits is right once in 200,000 codes.
const TRIES: u32 = 5;

#[async_trait]
impl TestMessageBackend for RequestBackend {
    async fn test_message(&self, profile: ProfileId) -> Result<Option<TestMessageView>, ApiError> {
        let account = self.account()?;
        let store = &self.site.store;
        if store.profile_settings(account, profile).await.map_err(fault)?.is_none() {
            return Err(ApiError::NotFound);
        }
        store
            .test_message(account, profile, self.site.clock.now())
            .await
            .map_err(fault)
    }

    async fn send_test_message(&self, profile: ProfileId) -> Result<(), ApiError> {
        let account = self.account()?;
        let site = &self.site;
        let own = site.store.profile(account, profile).await.map_err(fault)?;
        let own = own.ok_or(ApiError::NotFound)?.profile;
        site.admit(&TEST_MESSAGES, &account.0.to_be_bytes()).await?;
        let code = match own.state_at(site.clock.now()) {
            // A tested profile needs no code for its activation.
            ProfileState::Ready if !own.evidence.tested => Some(new_code(site, profile)?),
            _ => None,
        };
        match site.test_messages.send(account, profile, code).await {
            Ok(()) => Ok(()),
            Err(TestMessageError::NoProfile) => Err(ApiError::NotFound),
            Err(TestMessageError::Ended) => Err(ApiError::ProfileState),
            Err(error) => {
                log(&error);
                Err(ApiError::MailNotSent)
            }
        }
    }
}

fn new_code(site: &Site, profile: ProfileId) -> Result<TestCode, ApiError> {
    let digits = random_digits().map_err(fault)?;
    Ok(TestCode {
        stored: NewTestCode {
            hash: hash(site, profile, &digits),
            tries: TRIES,
            expires: site.clock.now() + LIFETIME,
        },
        page: format!("{}/profiles/{profile}", site.public_url),
        digits,
    })
}

/// Returns the keyed hash of a typed code.
pub fn hash(site: &Site, profile: ProfileId, typed: &str) -> CodeHash {
    CodePurpose::Test(profile).hash(&site.vault, &normalise_digits(typed))
}
