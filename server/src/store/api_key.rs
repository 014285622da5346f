//! Stores API keys. Only the hash of a key is stored.

use app::id::ApiKeyId;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, sea_query::Expr,
};
use time::{Duration, OffsetDateTime};

use super::{
    AccountId, Store, StoreError,
    entity::api_key,
    session::{TokenHash, hold_password},
    stored::{disabled_accounts, read_time},
};

/// The time of the last use is written at most this often, so that most calls need no write.
const NOTED_EVERY: Duration = Duration::hours(1);

/// An API key without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// The person's name for it.
    pub name: String,
    /// When it was created.
    pub created_at: OffsetDateTime,
    /// When it was last used, to the hour.
    pub last_used_at: Option<OffsetDateTime>,
    /// When it expires, or `None` if it does not.
    pub expires_at: Option<OffsetDateTime>,
}

impl Store {
    /// Adds a key. Returns [`StoreError::Taken`] if the account has `most` keys, and [`StoreError::Gone`] if the
    /// password has changed since its hash was verified.
    pub async fn add_api_key(
        &self,
        account: AccountId,
        verified: &str,
        name: &str,
        hash: TokenHash,
        (now, expires_at): (OffsetDateTime, Option<OffsetDateTime>),
        most: u64,
    ) -> Result<(), StoreError> {
        let transaction = self.write().await?;
        hold_password(&transaction, account, verified).await?;
        let own = api_key::Entity::find().filter(api_key::Column::AccountId.eq(account.0));
        if own.count(&transaction).await? >= most {
            return Err(StoreError::Taken);
        }
        let row = api_key::ActiveModel {
            account_id: Set(account.0),
            name: Set(name.to_owned()),
            key_hash: Set(hash.0.to_vec()),
            created_at: Set(now.unix_timestamp()),
            last_used_at: Set(None),
            expires_at: Set(expires_at.map(OffsetDateTime::unix_timestamp)),
            ..Default::default()
        };
        api_key::Entity::insert(row).exec(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Returns the account's keys, newest first, including expired ones.
    pub async fn api_keys(&self, account: AccountId) -> Result<Vec<ApiKey>, StoreError> {
        let rows = api_key::Entity::find()
            .filter(api_key::Column::AccountId.eq(account.0))
            .order_by_desc(api_key::Column::Id)
            .all(&self.db)
            .await?;
        rows.into_iter().map(ApiKey::of).collect()
    }

    /// Returns the key with this hash.
    pub async fn api_key(&self, hash: TokenHash) -> Result<Option<ApiKey>, StoreError> {
        let row = api_key::Entity::find()
            .filter(api_key::Column::KeyHash.eq(hash.0.to_vec()))
            .one(&self.db)
            .await?;
        row.map(ApiKey::of).transpose()
    }

    /// Deletes a key. Returns `false` if the account has no such key.
    pub async fn revoke_api_key(&self, account: AccountId, id: ApiKeyId) -> Result<bool, StoreError> {
        let deleted = api_key::Entity::delete_many()
            .filter(api_key::Column::Id.eq(id.0))
            .filter(api_key::Column::AccountId.eq(account.0))
            .exec(&self.db)
            .await?;
        Ok(deleted.rows_affected == 1)
    }

    /// Returns the account of a key, or `None` if the key has expired.
    pub async fn account_of_api_key(
        &self,
        hash: TokenHash,
        now: OffsetDateTime,
    ) -> Result<Option<AccountId>, StoreError> {
        let row = api_key::Entity::find()
            .filter(api_key::Column::KeyHash.eq(hash.0.to_vec()))
            .filter(api_key::Column::AccountId.not_in_subquery(disabled_accounts()))
            .filter(
                Condition::any()
                    .add(api_key::Column::ExpiresAt.is_null())
                    .add(api_key::Column::ExpiresAt.gt(now.unix_timestamp())),
            )
            .one(&self.db)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let due = (now - NOTED_EVERY).unix_timestamp();
        if row.last_used_at.is_none_or(|last| last <= due) {
            api_key::Entity::update_many()
                .col_expr(api_key::Column::LastUsedAt, Expr::value(now.unix_timestamp()))
                .filter(api_key::Column::Id.eq(row.id))
                .exec(&self.db)
                .await?;
        }
        Ok(Some(AccountId(row.account_id)))
    }
}

impl ApiKey {
    fn of(row: api_key::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: ApiKeyId(row.id),
            name: row.name,
            created_at: read_time(row.created_at)?,
            last_used_at: row.last_used_at.map(read_time).transpose()?,
            expires_at: row.expires_at.map(read_time).transpose()?,
        })
    }
}
