//! Stores the wrapped secrets of one-time passwords (RFC 6238), and the last step that each was used at.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, TryInsertResult, sea_query::Expr};
use time::OffsetDateTime;

use super::{AccountId, Store, StoreError, entity::one_time_password, stored::read_time};
use crate::vault::Wrapped;

/// An account's secret.
pub struct OneTimePassword {
    /// See [`crate::vault::Purpose::OneTimePassword`].
    pub secret: Wrapped,
    /// When it was created.
    pub made: OffsetDateTime,
    /// Whether it is in force.
    pub confirmed: bool,
}

impl Store {
    /// Returns the account's secret, in force or not.
    pub async fn one_time_password(&self, account: AccountId) -> Result<Option<OneTimePassword>, StoreError> {
        let row = one_time_password::Entity::find_by_id(account.0).one(&self.db).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(OneTimePassword {
            made: read_time(row.created_at)?,
            secret: Wrapped(row.secret),
            confirmed: row.confirmed_at.is_some(),
        }))
    }

    /// Stores a secret that is not in force yet. Returns [`StoreError::Taken`] if one is in force.
    pub async fn draft_one_time_password(
        &self,
        account: AccountId,
        secret: Wrapped,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let row = one_time_password::ActiveModel {
            account_id: Set(account.0),
            secret: Set(secret.0),
            created_at: Set(now.unix_timestamp()),
            confirmed_at: Set(None),
            last_step: Set(0),
        };
        let transaction = self.write().await?;
        one_time_password::Entity::delete_many()
            .filter(one_time_password::Column::AccountId.eq(account.0))
            .filter(one_time_password::Column::ConfirmedAt.is_null())
            .exec(&transaction)
            .await?;
        let inserted = one_time_password::Entity::insert(row)
            .on_conflict_do_nothing()
            .exec_without_returning(&transaction)
            .await?;
        if !matches!(inserted, TryInsertResult::Inserted(1)) {
            return Err(StoreError::Taken);
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Puts the new secret in force and marks the step of the checked code as used. Returns `false` if the secret was
    /// replaced.
    pub async fn confirm_one_time_password(
        &self,
        account: AccountId,
        secret: &Wrapped,
        step: u64,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let confirmed = one_time_password::Entity::update_many()
            .col_expr(
                one_time_password::Column::ConfirmedAt,
                Expr::value(now.unix_timestamp()),
            )
            .col_expr(one_time_password::Column::LastStep, Expr::value(stored_step(step)))
            .filter(one_time_password::Column::AccountId.eq(account.0))
            .filter(one_time_password::Column::Secret.eq(secret.0.clone()))
            .filter(one_time_password::Column::ConfirmedAt.is_null())
            .exec(&self.db)
            .await?;
        Ok(confirmed.rows_affected == 1)
    }

    /// Marks the code of a step as used. Returns `false` if it, or a later one, was used before (RFC 6238 §5.2).
    pub async fn use_step(&self, account: AccountId, step: u64) -> Result<bool, StoreError> {
        let used = one_time_password::Entity::update_many()
            .col_expr(one_time_password::Column::LastStep, Expr::value(stored_step(step)))
            .filter(one_time_password::Column::AccountId.eq(account.0))
            .filter(one_time_password::Column::ConfirmedAt.is_not_null())
            .filter(one_time_password::Column::LastStep.lt(stored_step(step)))
            .exec(&self.db)
            .await?;
        Ok(used.rows_affected == 1)
    }

    /// Deletes the account's secret.
    pub async fn remove_one_time_password(&self, account: AccountId) -> Result<(), StoreError> {
        one_time_password::Entity::delete_by_id(account.0)
            .exec(&self.db)
            .await?;
        self.scrub().await;
        Ok(())
    }
}

fn stored_step(step: u64) -> i64 {
    i64::try_from(step).unwrap_or(i64::MAX)
}
