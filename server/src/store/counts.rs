//! Counts an account's mailboxes and aliases, to compare them with its limits.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::{
    AccountId, Store, StoreError,
    entity::{alias, mailbox},
    stored::mailboxes_of,
};

impl Store {
    /// Returns how many mailboxes the account has, verified or not.
    pub async fn count_mailboxes(&self, account: AccountId) -> Result<u64, StoreError> {
        Ok(mailbox::Entity::find()
            .filter(mailbox::Column::AccountId.eq(account.0))
            .count(&self.db)
            .await?)
    }

    /// Returns how many aliases the account has, enabled or not.
    pub async fn count_account_aliases(&self, account: AccountId) -> Result<u64, StoreError> {
        Ok(alias::Entity::find()
            .filter(alias::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .count(&self.db)
            .await?)
    }
}
