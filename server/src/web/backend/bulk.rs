//! Changes several aliases at once.

use std::collections::HashSet;

use app::{
    api::{
        ApiError,
        alias::AliasView,
        bulk::{BulkBackend, BulkChange, Changed, MOST_AT_ONCE, Picked},
        mailbox::MailboxBackend,
    },
    id::{AliasId, MailboxId},
};
use async_trait::async_trait;

use super::{super::fault::fault, RequestBackend, alias};
use crate::store::{AccountId, alias::Alias};

#[async_trait]
impl BulkBackend for RequestBackend {
    async fn picked_aliases(&self, picked: &Picked) -> Result<Vec<AliasView>, ApiError> {
        let picked = self.picked(picked).await?;
        picked.into_iter().map(|each| alias::view(self, each)).collect()
    }

    async fn change_aliases(
        &self,
        picked: &Picked,
        change: BulkChange,
        mailbox: Option<MailboxId>,
        unsealed: bool,
    ) -> Result<Changed, ApiError> {
        let account = self.account()?;
        let aliases = self.picked(picked).await?;
        let ids: Vec<AliasId> = aliases.iter().map(|alias| alias.id).collect();
        let store = &self.site.store;
        let count = match change {
            BulkChange::On => return self.switch(account, &ids, true).await,
            BulkChange::Off => return self.switch(account, &ids, false).await,
            BulkChange::Pin => store.pin_aliases(account, &ids, true).await,
            BulkChange::Unpin => store.pin_aliases(account, &ids, false).await,
            BulkChange::Delete => store.delete_aliases(account, &ids).await,
            BulkChange::Move => {
                let to = mailbox.ok_or(ApiError::NotFound)?;
                self.may_move_picked(&aliases, to, unsealed).await?;
                store.move_picked(account, &ids, to).await
            }
        };
        Ok(Changed {
            count: count.map_err(fault)?,
            undo: None,
        })
    }

    async fn undo_switch(&self, change: i64, enabled: bool) -> Result<u64, ApiError> {
        let undone = self.site.store.undo_switch(self.account()?, change, enabled).await;
        undone.map_err(fault)
    }
}

impl RequestBackend {
    /// Returns the picked aliases. There must be at least one, and at most [`MOST_AT_ONCE`].
    pub(in crate::web) async fn picked(&self, picked: &Picked) -> Result<Vec<Alias>, ApiError> {
        let (account, site) = (self.account()?, &self.site);
        let most = u64::from(MOST_AT_ONCE);
        // Before the statement, which takes each of them as a parameter.
        if !picked.all && picked.aliases.len() as u64 > most {
            return Err(ApiError::TooManyPicked { most: MOST_AT_ONCE });
        }
        let aliases = site
            .store
            .picked_aliases(account, picked, &site.domain, most + 1)
            .await
            .map_err(fault)?;
        match aliases.len() as u64 {
            0 => Err(ApiError::NonePicked),
            count if count > most => Err(ApiError::TooManyPicked { most: MOST_AT_ONCE }),
            _ => Ok(aliases),
        }
    }

    async fn switch(&self, account: AccountId, ids: &[AliasId], on: bool) -> Result<Changed, ApiError> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(fault)?;
        // Random, so that an old link undoes nothing else. Positive, because it is shown in a URL.
        let change = i64::from_be_bytes(random) & i64::MAX;
        let count = self.site.store.switch_aliases(account, ids, on, change).await;
        let count = count.map_err(fault)?;
        Ok(Changed {
            count,
            undo: (count > 0).then_some(change),
        })
    }

    /// Checks for each mailbox of the aliases whether they may move from there.
    async fn may_move_picked(&self, aliases: &[Alias], to: MailboxId, unsealed: bool) -> Result<(), ApiError> {
        let from: HashSet<&str> = aliases.iter().map(|alias| alias.mailbox.as_str()).collect();
        for own in self.mailboxes().await? {
            if from.contains(own.address.as_str()) {
                self.may_move(own.id, to, unsealed).await?;
            }
        }
        Ok(())
    }
}
