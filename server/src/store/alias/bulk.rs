//! Changes several aliases at once, each time in one statement. Aliases of other accounts stay as they are.

use app::{
    api::bulk::Picked,
    id::{AliasId, MailboxId},
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QuerySelect, UpdateMany,
    sea_query::{Expr, SimpleExpr},
};

use super::{
    AccountId, Alias, Store, StoreError, alias,
    find::{apply_sort, build_condition},
    mailboxes_of, owned_by,
};

impl Store {
    /// Returns the picked aliases of the account in the order of the list, at most `most`. `main` is the relay's main
    /// domain.
    pub async fn picked_aliases(
        &self,
        account: AccountId,
        picked: &Picked,
        main: &str,
        most: u64,
    ) -> Result<Vec<Alias>, StoreError> {
        let which = match picked.all {
            true => build_condition(&picked.query, main),
            false => Condition::all().add(among(&picked.aliases)),
        };
        let own = alias::Entity::find().filter(owned_by(account)).filter(which);
        let rows = apply_sort(own, picked.query.sort).limit(most).all(&self.db).await?;
        self.with_mailboxes(account, rows).await
    }

    /// Turns aliases on or off. Returns how many were not so before. [`Store::undo_switch`] finds them by `change`.
    pub async fn switch_aliases(
        &self,
        account: AccountId,
        ids: &[AliasId],
        on: bool,
        change: i64,
    ) -> Result<u64, StoreError> {
        let switch = alias::Entity::update_many()
            .col_expr(alias::Column::Enabled, Expr::value(on))
            .col_expr(alias::Column::SwitchedWith, Expr::value(change))
            .filter(alias::Column::Enabled.eq(!on));
        self.change_aliases(account, among(ids), switch).await
    }

    /// Turns the aliases that a change turned off or on back to `on`, except those that were switched again since.
    /// Returns their number.
    pub async fn undo_switch(&self, account: AccountId, change: i64, on: bool) -> Result<u64, StoreError> {
        let switch = alias::Entity::update_many()
            .col_expr(alias::Column::Enabled, Expr::value(on))
            .col_expr(alias::Column::SwitchedWith, Expr::value(None::<i64>))
            .filter(alias::Column::Enabled.eq(!on));
        self.change_aliases(account, alias::Column::SwitchedWith.eq(change), switch)
            .await
    }

    /// Pins aliases or unpins them. Returns how many were not so before.
    pub async fn pin_aliases(&self, account: AccountId, ids: &[AliasId], on: bool) -> Result<u64, StoreError> {
        let pin = alias::Entity::update_many()
            .col_expr(alias::Column::Pinned, Expr::value(on))
            .filter(alias::Column::Pinned.eq(!on));
        self.change_aliases(account, among(ids), pin).await
    }

    /// Moves aliases to a mailbox, of which the caller knows that it is verified; not to a mailbox of another account.
    /// Returns how many were in another one.
    pub async fn move_picked(&self, account: AccountId, ids: &[AliasId], to: MailboxId) -> Result<u64, StoreError> {
        let moving = alias::Entity::update_many()
            .col_expr(alias::Column::MailboxId, Expr::value(to.0))
            .filter(alias::Column::MailboxId.ne(to.0))
            .filter(Expr::value(to.0).in_subquery(mailboxes_of(account)));
        self.change_aliases(account, among(ids), moving).await
    }

    /// Deletes aliases with their contacts and their keys. Their local parts stay taken. Returns their number.
    pub async fn delete_aliases(&self, account: AccountId, ids: &[AliasId]) -> Result<u64, StoreError> {
        let deleted = alias::Entity::delete_many()
            .filter(among(ids))
            .filter(owned_by(account))
            .exec(&self.db)
            .await?;
        self.scrub().await;
        Ok(deleted.rows_affected)
    }

    async fn change_aliases(
        &self,
        account: AccountId,
        which: SimpleExpr,
        change: UpdateMany<alias::Entity>,
    ) -> Result<u64, StoreError> {
        let changed = change.filter(which).filter(owned_by(account)).exec(&self.db).await?;
        Ok(changed.rows_affected)
    }
}

fn among(ids: &[AliasId]) -> SimpleExpr {
    alias::Column::Id.is_in(ids.iter().map(|id| id.0))
}
