//! Sets the name that an alias's contacts see, starts threads, and lists the alias's activity.

use app::{
    api::{
        ApiError,
        activity::ActivityPage,
        alias::{AliasDetail, CorrespondenceBackend},
        limits::MAX_NAME,
    },
    id::{AliasId, EventId},
};
use async_trait::async_trait;

use super::{
    super::{
        fault::{fault, log},
        limit::THREADS,
    },
    RequestBackend, alias, found,
    mailbox::parse_address,
};
use crate::{notices::started_thread::ThreadError, store::alias::Alias};

/// Events on one page.
const ON_ONE_PAGE: usize = 25;

#[async_trait]
impl CorrespondenceBackend for RequestBackend {
    async fn alias(&self, alias: AliasId) -> Result<AliasDetail, ApiError> {
        let own = own(self, alias).await?;
        Ok(AliasDetail {
            name: own.name.clone(),
            note: own.note.clone(),
            record_activity: own.record_activity,
            created: own.created,
            now: self.site.clock.now(),
            alias: alias::view(self, own)?,
        })
    }

    async fn set_alias_name(&self, alias: AliasId, name: &str) -> Result<(), ApiError> {
        let account = self.account()?;
        let set = self.site.store.set_alias_name(account, alias, parse_name(name)?).await;
        found(set.map_err(fault)?)
    }

    async fn start_thread(&self, alias: AliasId, recipient: &str) -> Result<(), ApiError> {
        let account = self.account()?;
        let site = &self.site;
        if !own(self, alias).await?.enabled {
            return Err(ApiError::AliasDisabled);
        }
        let recipient = parse_address(recipient, &site.domains).map_err(|error| match error {
            ApiError::AddressUnavailable => ApiError::OwnAddress,
            other => other,
        })?;
        site.admit(&THREADS, &account.0.to_be_bytes()).await?;
        match site.outbound.start(alias, &recipient).await {
            Ok(()) => Ok(()),
            Err(ThreadError::KillSwitch) => Err(ApiError::KillSwitch),
            // The alias was turned off or deleted after the check above.
            Err(ThreadError::NoAlias) => Err(ApiError::AliasDisabled),
            Err(error) => {
                log(&error);
                Err(ApiError::MailNotSent)
            }
        }
    }

    async fn activity(&self, alias: AliasId, before: Option<EventId>) -> Result<ActivityPage, ApiError> {
        let account = self.account()?;
        own(self, alias).await?;
        // One more event than the page shows tells whether there are older ones.
        let most = ON_ONE_PAGE as u64 + 1;
        let mut events = self
            .site
            .store
            .activity(account, alias, before, most)
            .await
            .map_err(fault)?;
        let more = events.len() > ON_ONE_PAGE;
        events.truncate(ON_ONE_PAGE);
        Ok(ActivityPage { events, more })
    }

    async fn set_record_activity(&self, alias: AliasId, on: bool) -> Result<(), ApiError> {
        let account = self.account()?;
        let set = self.site.store.set_record_activity(account, alias, on).await;
        found(set.map_err(fault)?)
    }
}

pub(super) async fn own(backend: &RequestBackend, alias: AliasId) -> Result<Alias, ApiError> {
    let alias = backend.site.store.alias(backend.account()?, alias).await;
    alias.map_err(fault)?.ok_or(ApiError::NotFound)
}

/// Checks a name for a header field on one line.
fn parse_name(text: &str) -> Result<&str, ApiError> {
    let name = text.trim();
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    match name.chars().count() > MAX_NAME || name.chars().any(breaks) {
        true => Err(ApiError::InvalidName),
        false => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_of_one_line() {
        assert_eq!(parse_name(" Ann Lee "), Ok("Ann Lee"));
        assert_eq!(parse_name(""), Ok(""));
        let longest = "ä".repeat(MAX_NAME);
        assert_eq!(parse_name(&longest), Ok(longest.as_str()));
        for name in [
            "Ann\r\nBcc: x",
            "a\tb",
            "a\u{7f}b",
            "a\u{2028}b",
            &"ä".repeat(MAX_NAME + 1),
        ] {
            assert_eq!(parse_name(name), Err(ApiError::InvalidName), "{name:?}");
        }
    }
}
