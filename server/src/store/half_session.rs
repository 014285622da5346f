//! Stores half sessions, in which the password was right and the second factor is missing. They give no access.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};
use time::OffsetDateTime;

use super::{
    AccountId, Store, StoreError,
    entity::half_session,
    session::{TokenHash, hold_password},
};

impl Store {
    /// Opens a half session in which a second factor may be tried `tries` times until `expires`. Returns
    /// [`StoreError::Gone`] if the password has changed since its hash was verified.
    pub async fn open_half_session(
        &self,
        account: AccountId,
        verified: &str,
        token: TokenHash,
        tries: u32,
        expires: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let row = half_session::ActiveModel {
            token_hash: Set(token.0.to_vec()),
            account_id: Set(account.0),
            expires_at: Set(expires.unix_timestamp()),
            tries_left: Set(i32::try_from(tries).unwrap_or(i32::MAX)),
        };
        let transaction = self.write().await?;
        hold_password(&transaction, account, verified).await?;
        half_session::Entity::insert(row)
            .exec_without_returning(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Returns the account of a half session, if a second factor can still be tried in it.
    pub async fn half_session(&self, token: TokenHash, now: OffsetDateTime) -> Result<Option<AccountId>, StoreError> {
        let row = half_session::Entity::find_by_id(token.0.to_vec())
            .filter(half_session::Column::ExpiresAt.gt(now.unix_timestamp()))
            .filter(half_session::Column::TriesLeft.gt(0))
            .one(&self.db)
            .await?;
        Ok(row.map(|row| AccountId(row.account_id)))
    }

    /// Does the same and counts a try. It counts before anything is compared, so that parallel tries do not get more of
    /// them.
    pub async fn try_half_session(
        &self,
        token: TokenHash,
        now: OffsetDateTime,
    ) -> Result<Option<AccountId>, StoreError> {
        let counted = half_session::Entity::update_many()
            .col_expr(
                half_session::Column::TriesLeft,
                Expr::col(half_session::Column::TriesLeft).sub(1),
            )
            .filter(half_session::Column::TokenHash.eq(token.0.to_vec()))
            .filter(half_session::Column::ExpiresAt.gt(now.unix_timestamp()))
            .filter(half_session::Column::TriesLeft.gt(0))
            .exec(&self.db)
            .await?;
        if counted.rows_affected == 0 {
            return Ok(None);
        }
        let row = half_session::Entity::find_by_id(token.0.to_vec()).one(&self.db).await?;
        Ok(row.map(|row| AccountId(row.account_id)))
    }

    /// Ends a half session, if there is one.
    pub async fn close_half_session(&self, token: TokenHash) -> Result<(), StoreError> {
        half_session::Entity::delete_by_id(token.0.to_vec())
            .exec(&self.db)
            .await?;
        Ok(())
    }
}
