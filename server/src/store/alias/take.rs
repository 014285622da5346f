//! Creates aliases, one or many at a time. A local part is given out only once, for all domains and for ever.

use std::collections::HashMap;

use app::{
    api::alias::OffAnswer,
    id::{AliasId, MailboxId},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    TryInsertResult,
};
use time::OffsetDateTime;

use super::{super::stored::answer_word, AccountId, Store, StoreError, alias, owned_by, search_folded};
use crate::store::{
    attempt::{self, Budget},
    entity::local_part,
};

/// An alias to create.
#[derive(Clone, Copy, Debug)]
pub struct NewAlias<'a> {
    /// One of the account's mailboxes. The caller has checked that.
    pub mailbox: MailboxId,
    /// The local part.
    pub local: &'a str,
    /// The domain, or empty for the relay's main domain.
    pub domain: &'a str,
    /// The person's name for it.
    pub label: &'a str,
    /// The person's note about it.
    pub note: &'a str,
    /// Whether it accepts mail. If not, it rejects.
    pub enabled: bool,
}

/// The outcome for one of several aliases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The alias was created.
    New(AliasId),
    /// The account had it already, under this stored domain. It is unchanged.
    Present(String),
    /// Its local part is taken, or was once.
    NotFree,
    /// The account has as many aliases as allowed.
    Full,
    /// The account has created as many aliases as allowed until this time.
    TooMany(OffsetDateTime),
}

/// Limits on an account's aliases.
pub struct Most {
    /// Most at one time.
    pub held: u64,
    /// Most created within a window.
    pub taken: Budget,
}

impl Store {
    /// Whether the local part was never given out.
    pub async fn local_is_free(&self, local: &str) -> Result<bool, StoreError> {
        let row = local_part::Entity::find_by_id(local.to_lowercase())
            .one(&self.db)
            .await?;
        Ok(row.is_none())
    }

    /// Creates an alias under the relay's main domain, see [`Store::take_alias`].
    pub async fn create_alias(
        &self,
        mailbox: MailboxId,
        local: &str,
        label: &str,
        now: OffsetDateTime,
    ) -> Result<AliasId, StoreError> {
        let new = NewAlias {
            mailbox,
            local,
            domain: "",
            label,
            note: "",
            enabled: true,
        };
        self.take_alias(new, now).await
    }

    /// Creates an alias. Returns [`StoreError::Taken`] if its local part is or was an alias or a relay address, under
    /// any domain.
    pub async fn take_alias(&self, new: NewAlias<'_>, now: OffsetDateTime) -> Result<AliasId, StoreError> {
        let transaction = self.write().await?;
        let id = insert(&transaction, &new, now).await?.ok_or(StoreError::Taken)?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Creates several aliases in one transaction, up to the account's limits. Returns the outcome of each, in order.
    /// An alias that is not free does not stop the others.
    pub async fn take_aliases(
        &self,
        account: AccountId,
        new: &[NewAlias<'_>],
        most: &Most,
        now: OffsetDateTime,
    ) -> Result<Vec<Taken>, StoreError> {
        let transaction = self.write().await?;
        // This counts nothing, but PostgreSQL locks the row, so that two simultaneous imports wait for each other.
        let counted = attempt::count(&transaction, &most.taken.key, 0, most.taken.window, now).await?;
        let mut held = alias::Entity::find()
            .filter(owned_by(account))
            .count(&transaction)
            .await?;
        let mut present = present(&transaction, account, new).await?;
        let mut taken = Vec::with_capacity(new.len());
        let mut fresh = 0;
        for each in new {
            let local = each.local.to_lowercase();
            taken.push(if let Some(domain) = present.get(&local) {
                Taken::Present(domain.clone())
            } else if held >= most.held {
                Taken::Full
            } else if counted.count.saturating_add(fresh) >= most.taken.most {
                Taken::TooMany(counted.ends)
            } else if let Some(id) = insert(&transaction, each, now).await? {
                present.insert(local, each.domain.to_owned());
                held += 1;
                fresh += 1;
                Taken::New(id)
            } else {
                Taken::NotFree
            });
        }
        attempt::count(&transaction, &most.taken.key, fresh, most.taken.window, now).await?;
        transaction.commit().await?;
        Ok(taken)
    }

    /// Undoes [`Store::take_alias`] for an alias that nobody has seen. Its local part is free again.
    pub async fn give_back(&self, id: AliasId) -> Result<(), StoreError> {
        let transaction = self.write().await?;
        let row = alias::Entity::find_by_id(id.0).one(&transaction).await?;
        if let Some(row) = row {
            alias::Entity::delete_by_id(id.0).exec(&transaction).await?;
            local_part::Entity::delete_by_id(row.local_folded)
                .exec(&transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// Returns the account's aliases with the local part of a new one, and their domains.
async fn present(
    db: &impl ConnectionTrait,
    account: AccountId,
    new: &[NewAlias<'_>],
) -> Result<HashMap<String, String>, StoreError> {
    let own: Vec<(String, String)> = alias::Entity::find()
        .select_only()
        .columns([alias::Column::LocalFolded, alias::Column::Domain])
        .filter(alias::Column::LocalFolded.is_in(new.iter().map(|each| each.local.to_lowercase())))
        .filter(owned_by(account))
        .into_tuple()
        .all(db)
        .await?;
    Ok(own.into_iter().collect())
}

/// Creates an alias with all its data. Returns `None` if its local part was given out before.
async fn insert(
    db: &impl ConnectionTrait,
    new: &NewAlias<'_>,
    now: OffsetDateTime,
) -> Result<Option<AliasId>, StoreError> {
    if !take_local(db, new.local).await? {
        return Ok(None);
    }
    let row = alias::ActiveModel {
        mailbox_id: Set(new.mailbox.0),
        local_folded: Set(new.local.to_lowercase()),
        domain: Set(new.domain.to_owned()),
        label: Set(new.label.to_owned()),
        note: Set(new.note.to_owned()),
        search_folded: Set(search_folded(new.label, new.note)),
        enabled: Set(new.enabled),
        off_answer: Set(answer_word(OffAnswer::Reject).to_owned()),
        created_at: Set(now.unix_timestamp()),
        ..Default::default()
    };
    let id = alias::Entity::insert(row).exec(db).await?.last_insert_id;
    Ok(Some(AliasId(id)))
}

/// Takes a local part for good. Returns `false` if it was given out before.
pub(in crate::store) async fn take_local(db: &impl ConnectionTrait, local: &str) -> Result<bool, StoreError> {
    let row = local_part::ActiveModel {
        folded: Set(local.to_lowercase()),
    };
    let taken = local_part::Entity::insert(row)
        .on_conflict_do_nothing()
        .exec_without_returning(db)
        .await?;
    Ok(matches!(taken, TryInsertResult::Inserted(1)))
}
