//! Moves aliases to another mailbox.
//!
//! Contacts, identifiers and activity belong to the alias and move with it. Profiles and the marks of replies belong to
//! the mailbox and stay. Queued mail goes to the mailbox that it was sealed for.

use app::id::{AliasId, MailboxId};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, sea_query::Expr};

use super::{AccountId, Store, StoreError, entity::alias, stored::mailboxes_of};

impl Store {
    /// Returns how many aliases deliver to one of the account's mailboxes.
    pub async fn count_aliases(&self, account: AccountId, mailbox: MailboxId) -> Result<u64, StoreError> {
        let own = alias::Entity::find()
            .filter(alias::Column::MailboxId.eq(mailbox.0))
            .filter(alias::Column::MailboxId.in_subquery(mailboxes_of(account)));
        Ok(own.count(&self.db).await?)
    }

    /// Returns the mailbox of one of the account's aliases.
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

    /// Moves an alias to another of the account's mailboxes, which the caller has found and which is verified. Returns
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

    /// Moves all aliases of one of the account's mailboxes. Returns their number.
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
