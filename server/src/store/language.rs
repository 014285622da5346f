//! Stores the language of the mails that the relay writes to an account.

use app::{
    id::MailboxId,
    texts::{Language, language},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};

use super::{
    AccountId, Store, StoreError,
    entity::{account, mailbox},
};

impl Store {
    /// Sets the language of the mails to an account.
    pub async fn set_language(&self, account: AccountId, language: Language) -> Result<(), StoreError> {
        account::Entity::update_many()
            .col_expr(account::Column::Language, Expr::value(language.to_string()))
            .filter(account::Column::Id.eq(account.0))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Returns the language of the mails to a mailbox: that of its account. A language that this release does not speak, as
    /// one of a newer release, counts as none.
    pub async fn language_of(&self, mailbox: MailboxId) -> Result<Language, StoreError> {
        let owner = mailbox::Entity::find()
            .select_only()
            .column(mailbox::Column::AccountId)
            .filter(mailbox::Column::Id.eq(mailbox.0));
        let stored: Option<String> = account::Entity::find()
            .select_only()
            .column(account::Column::Language)
            .filter(account::Column::Id.in_subquery(sea_orm::QueryTrait::into_query(owner)))
            .into_tuple()
            .one(&self.db)
            .await?;
        Ok(stored.as_deref().and_then(language).unwrap_or_default())
    }
}
