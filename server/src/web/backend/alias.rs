//! Suggests, creates, changes and deletes aliases.

use app::{
    api::{
        ApiError,
        alias::{AliasBackend, AliasPage, AliasQuery, AliasView, ON_ONE_PAGE, OffAnswer},
        limits::{MAX_LABEL, MAX_NOTE},
    },
    id::{AliasId, MailboxId},
};
use async_trait::async_trait;

use super::{
    super::fault::{fault, unless_taken},
    RequestBackend, found,
};
use crate::{
    local_part::{self, LocalPartError},
    store::alias::{Alias, Found, NewAlias},
};

#[async_trait]
impl AliasBackend for RequestBackend {
    async fn aliases(&self, query: &AliasQuery) -> Result<AliasPage, ApiError> {
        self.page_of_aliases(query, ON_ONE_PAGE).await
    }

    async fn create_alias(
        &self,
        local: Option<&str>,
        label: &str,
        mailbox: Option<MailboxId>,
        domain: &str,
    ) -> Result<AliasId, ApiError> {
        let account = self.account()?;
        let store = &self.site.store;
        let local = match local {
            Some(local) => parse_local(local)?,
            None => self.random_local().await?,
        };
        let label = clean_label(label)?;
        let domain = match domain {
            "" => "",
            named => self.site.domains.stored(named).ok_or(ApiError::UnknownDomain)?,
        };
        let mailbox = match mailbox {
            Some(mailbox) => mailbox,
            None => self.default_mailbox().await?.ok_or(ApiError::FirstMailboxUnverified)?,
        };
        let own = store.mailbox(account, mailbox).await.map_err(fault)?;
        if !own.ok_or(ApiError::NotFound)?.verified {
            return Err(ApiError::MailboxUnverified);
        }
        self.site.admit_alias(account).await?;
        let new = NewAlias {
            mailbox,
            local: &local,
            domain,
            label: &label,
            note: "",
            enabled: true,
        };
        let taken = store.take_alias(new, self.site.clock.now()).await;
        taken.map_err(unless_taken(ApiError::AliasTaken))
    }

    async fn set_alias_enabled(
        &self,
        alias: AliasId,
        enabled: bool,
        answer: Option<OffAnswer>,
    ) -> Result<(), ApiError> {
        let (account, store) = (self.account()?, &self.site.store);
        let set = match answer.filter(|_| !enabled) {
            Some(answer) => store.turn_off(account, alias, answer).await,
            None => store.set_alias_enabled(account, alias, enabled).await,
        };
        found(set.map_err(fault)?)
    }

    async fn set_alias_pinned(&self, alias: AliasId, pinned: bool) -> Result<(), ApiError> {
        let set = self.site.store.set_alias_pinned(self.account()?, alias, pinned).await;
        found(set.map_err(fault)?)
    }

    async fn set_alias_details(&self, alias: AliasId, label: &str, note: &str) -> Result<(), ApiError> {
        let account = self.account()?;
        let (label, note) = (clean_label(label)?, clean_note(note)?);
        let set = self.site.store.set_alias_details(account, alias, &label, &note).await;
        found(set.map_err(fault)?)
    }

    async fn reset_alias_counts(&self, alias: AliasId) -> Result<(), ApiError> {
        let reset = self.site.store.reset_alias_counts(self.account()?, alias).await;
        found(reset.map_err(fault)?)
    }

    async fn delete_alias(&self, alias: AliasId) -> Result<(), ApiError> {
        let deleted = self.site.store.delete_alias(self.account()?, alias).await;
        found(deleted.map_err(fault)?)
    }
}

impl RequestBackend {
    /// Returns a readable random local part that is free now. It is not reserved.
    async fn random_local(&self) -> Result<String, ApiError> {
        // There are 16 million possible ones. Two taken ones in a row mean that something else is wrong.
        for _ in 0..8 {
            let local = local_part::random().map_err(fault)?;
            if self.site.store.local_is_free(&local).await.map_err(fault)? {
                return Ok(local);
            }
        }
        Err(ApiError::Unavailable)
    }

    /// Returns a page of `size` aliases that match a query.
    pub(in crate::web) async fn page_of_aliases(&self, query: &AliasQuery, size: u32) -> Result<AliasPage, ApiError> {
        let site = &self.site;
        let found = site
            .store
            .find_aliases(self.account()?, query, &site.domain, size)
            .await;
        let Found { aliases, found, all } = found.map_err(fault)?;
        Ok(AliasPage {
            aliases: aliases
                .into_iter()
                .map(|alias| view(self, alias))
                .collect::<Result<_, _>>()?,
            found,
            all,
            now: site.clock.now(),
        })
    }
}

pub fn view(backend: &RequestBackend, alias: Alias) -> Result<AliasView, ApiError> {
    let address = backend.site.domains.address(&alias.local, &alias.domain);
    Ok(AliasView {
        id: alias.id,
        address: address.map_err(fault)?,
        label: alias.label,
        enabled: alias.enabled,
        off_answer: alias.off_answer,
        mailbox: alias.mailbox,
        relayed: alias.relayed,
        refused: alias.refused,
        last_used: alias.last_used,
        pinned: alias.pinned,
    })
}

pub(super) fn parse_local(text: &str) -> Result<String, ApiError> {
    local_part::parse(text).map_err(|error| match error {
        LocalPartError::Malformed => ApiError::InvalidAlias,
        LocalPartError::Reserved => ApiError::AliasTaken,
    })
}

pub(super) fn clean_label(text: &str) -> Result<String, ApiError> {
    let label = text.trim();
    if label.chars().count() > MAX_LABEL {
        return Err(ApiError::TooLong);
    }
    Ok(label.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
}

/// Cleans a note of several lines. Browsers end lines with CRLF, but count one character for each.
pub(super) fn clean_note(text: &str) -> Result<String, ApiError> {
    let note = text.replace("\r\n", "\n");
    let note = note.trim();
    if note.chars().count() > MAX_NOTE {
        return Err(ApiError::TooLong);
    }
    let kept = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    Ok(note.chars().map(|c| if kept(c) { c } else { ' ' }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_short_and_of_one_line() {
        assert_eq!(clean_label(" a\nb "), Ok("a b".into()));
        assert_eq!(clean_label(&"ä".repeat(100)), Ok("ä".repeat(100)));
        assert_eq!(clean_label(&"ä".repeat(101)), Err(ApiError::TooLong));
    }

    #[test]
    fn notes_have_several_lines() {
        assert_eq!(clean_note(" a\r\n\tb\0c\n "), Ok("a\n\tb c".into()));
        assert_eq!(
            clean_note(&"ä\r\n".repeat(1000)).map(|note| note.chars().count()),
            Ok(1999)
        );
        assert_eq!(clean_note(&"ä".repeat(2001)), Err(ApiError::TooLong));
    }
}
