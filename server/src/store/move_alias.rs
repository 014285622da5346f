//! Aliases that change their mailbox. Contacts, identifiers and activity belong to the alias and come along; profiles and
//! the marks of replies belong to the mailbox and stay; what waits in the queue goes where it was sealed for.

use app::id::{AliasId, MailboxId};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, sea_query::Expr};

use super::{AccountId, Store, StoreError, entity::alias, stored::mailboxes_of};

impl Store {
    /// How many aliases deliver to one of the account's mailboxes.
    pub async fn count_aliases(&self, account: AccountId, mailbox: MailboxId) -> Result<u64, StoreError> {
        let own = alias::Entity::find()
            .filter(alias::Column::MailboxId.eq(mailbox.0))
            .filter(alias::Column::MailboxId.in_subquery(mailboxes_of(account)));
        Ok(own.count(&self.db).await?)
    }

    /// The mailbox of one of the account's aliases.
    pub async fn mailbox_of(&self, account: AccountId, id: AliasId) -> Result<Option<MailboxId>, StoreError> {
        let mailbox: Option<i64> = alias::Entity::find_by_id(id.0)
            .filter(alias::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .select_only()
            .column(alias::Column::MailboxId)
            .into_tuple()
            .one(&self.db)
            .await?;
        Ok(mailbox.map(MailboxId))
    }

    /// Has an alias deliver to another of the account's mailboxes, which the caller has looked up and which is verified;
    /// `false` if the account has no such alias.
    pub async fn move_alias(&self, account: AccountId, id: AliasId, to: MailboxId) -> Result<bool, StoreError> {
        let updated = alias::Entity::update_many()
            .col_expr(alias::Column::MailboxId, Expr::value(to.0))
            .filter(alias::Column::Id.eq(id.0))
            .filter(alias::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .exec(&self.db)
            .await?;
        Ok(updated.rows_affected == 1)
    }

    /// The same for all aliases of one of the account's mailboxes; gives how many there were.
    pub async fn move_aliases(&self, account: AccountId, from: MailboxId, to: MailboxId) -> Result<u64, StoreError> {
        let updated = alias::Entity::update_many()
            .col_expr(alias::Column::MailboxId, Expr::value(to.0))
            .filter(alias::Column::MailboxId.eq(from.0))
            .filter(alias::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .exec(&self.db)
            .await?;
        Ok(updated.rows_affected)
    }
}
