//! Remembers who has finished the checklist of a new account, and finds out what is done.

use app::id::AliasId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr};

use super::{
    AccountId, Store, StoreError,
    entity::{account, alias},
    stored::mailboxes_of,
};

impl Store {
    /// Whether the account has finished its checklist or hidden it.
    pub async fn is_set_up(&self, account: AccountId) -> Result<bool, StoreError> {
        let known: Option<bool> = account::Entity::find_by_id(account.0)
            .select_only()
            .column(account::Column::SetUp)
            .into_tuple()
            .one(&self.db)
            .await?;
        Ok(known.unwrap_or(true))
    }

    /// Notes that the account has finished its checklist or hidden it.
    pub async fn note_set_up(&self, account: AccountId) -> Result<(), StoreError> {
        account::Entity::update_many()
            .col_expr(account::Column::SetUp, Expr::value(true))
            .filter(account::Column::Id.eq(account.0))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Returns the account's newest alias.
    pub async fn newest_alias(&self, account: AccountId) -> Result<Option<AliasId>, StoreError> {
        let newest: Option<i64> = own(account).into_tuple().one(&self.db).await?;
        Ok(newest.map(AliasId))
    }

    /// Whether a message came through one of the account's aliases.
    pub async fn is_alias_used(&self, account: AccountId) -> Result<bool, StoreError> {
        let used = own(account).filter(alias::Column::LastUsedAt.is_not_null());
        let used: Option<i64> = used.into_tuple().one(&self.db).await?;
        Ok(used.is_some())
    }
}

fn own(account: AccountId) -> Select<alias::Entity> {
    alias::Entity::find()
        .select_only()
        .column(alias::Column::Id)
        .filter(alias::Column::MailboxId.in_subquery(mailboxes_of(account)))
        .order_by_desc(alias::Column::Id)
}
