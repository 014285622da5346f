//! Aliases: the addresses that people hand out.

use std::collections::HashMap;

use app::{
    address::EmailAddress,
    api::{account::MailboxId, alias::AliasId},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, TryInsertResult,
    sea_query::Expr,
};
use time::OffsetDateTime;

use super::{
    AccountId, Store, StoreError,
    entity::{alias, local_part},
    mailbox::mailboxes_of,
};

/// An alias of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// Its id.
    pub id: AliasId,
    /// Its local part, folded.
    pub local: String,
    /// What the person calls it.
    pub label: String,
    /// Whether mail to it is accepted.
    pub enabled: bool,
    /// Address of its mailbox.
    pub mailbox: EmailAddress,
    /// The name in From when the person answers from it; may be empty.
    pub name: String,
    /// Whether activity is recorded.
    pub record_activity: bool,
}

impl Store {
    /// The account's aliases, newest first.
    pub async fn aliases(&self, account: AccountId) -> Result<Vec<Alias>, StoreError> {
        let addresses: HashMap<_, _> = self
            .mailboxes(account)
            .await?
            .into_iter()
            .map(|mailbox| (mailbox.id.0, mailbox.address))
            .collect();
        let rows = alias::Entity::find()
            .filter(alias::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .order_by_desc(alias::Column::Id)
            .all(&self.db)
            .await?;
        let with_mailbox = rows.into_iter().filter_map(|row| {
            let mailbox = addresses.get(&row.mailbox_id)?.clone();
            Some(Alias::of(row, mailbox))
        });
        Ok(with_mailbox.collect())
    }

    /// One of the account's aliases.
    pub async fn alias(&self, account: AccountId, id: AliasId) -> Result<Option<Alias>, StoreError> {
        let row = alias::Entity::find_by_id(id.0)
            .filter(alias::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .one(&self.db)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let mailbox = self.mailbox(account, MailboxId(row.mailbox_id)).await?;
        Ok(mailbox.map(|mailbox| Alias::of(row, mailbox.address)))
    }

    /// Whether the local part was never given out.
    pub async fn local_is_free(&self, local: &str) -> Result<bool, StoreError> {
        let row = local_part::Entity::find_by_id(local.to_lowercase())
            .one(&self.db)
            .await?;
        Ok(row.is_none())
    }

    /// Takes a local part for one of the account's mailboxes, which the caller has looked up.
    /// [`StoreError::Taken`] where it is or once was an alias or a relay address.
    pub async fn create_alias(
        &self,
        mailbox: MailboxId,
        local: &str,
        label: &str,
        now: OffsetDateTime,
    ) -> Result<AliasId, StoreError> {
        let transaction = self.write().await?;
        if !take_local(&transaction, local).await? {
            return Err(StoreError::Taken);
        }
        let row = alias::ActiveModel {
            mailbox_id: Set(mailbox.0),
            local_folded: Set(local.to_lowercase()),
            label: Set(label.to_owned()),
            enabled: Set(true),
            created_at: Set(now.unix_timestamp()),
            ..Default::default()
        };
        let id = alias::Entity::insert(row).exec(&transaction).await?.last_insert_id;
        transaction.commit().await?;
        Ok(AliasId(id))
    }

    /// Enables or disables an alias; `false` where the account has no such alias.
    pub async fn set_alias_enabled(&self, account: AccountId, id: AliasId, on: bool) -> Result<bool, StoreError> {
        let updated = alias::Entity::update_many()
            .col_expr(alias::Column::Enabled, Expr::value(on))
            .filter(alias::Column::Id.eq(id.0))
            .filter(alias::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .exec(&self.db)
            .await?;
        Ok(updated.rows_affected == 1)
    }

    /// Sets the name in From; `false` where the account has no such alias.
    pub async fn set_alias_name(&self, account: AccountId, id: AliasId, name: &str) -> Result<bool, StoreError> {
        let updated = alias::Entity::update_many()
            .col_expr(alias::Column::DisplayName, Expr::value(name))
            .filter(alias::Column::Id.eq(id.0))
            .filter(alias::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .exec(&self.db)
            .await?;
        Ok(updated.rows_affected == 1)
    }

    /// Deletes an alias with its contacts and their keys; its local part stays taken. `false` where the account has no
    /// such alias.
    pub async fn delete_alias(&self, account: AccountId, id: AliasId) -> Result<bool, StoreError> {
        let deleted = alias::Entity::delete_many()
            .filter(alias::Column::Id.eq(id.0))
            .filter(alias::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .exec(&self.db)
            .await?;
        self.scrub().await;
        Ok(deleted.rows_affected == 1)
    }
}

impl Alias {
    fn of(row: alias::Model, mailbox: EmailAddress) -> Self {
        Self {
            id: AliasId(row.id),
            local: row.local_folded,
            label: row.label,
            enabled: row.enabled,
            mailbox,
            name: row.display_name,
            record_activity: row.record_activity,
        }
    }
}

/// Takes a local part for good; `false` where it was given out before.
pub(super) async fn take_local(db: &impl ConnectionTrait, local: &str) -> Result<bool, StoreError> {
    let row = local_part::ActiveModel {
        folded: Set(local.to_lowercase()),
    };
    let taken = local_part::Entity::insert(row)
        .on_conflict_do_nothing()
        .exec_without_returning(db)
        .await?;
    Ok(matches!(taken, TryInsertResult::Inserted(1)))
}
