//! Stores keyed hashes of recovery codes, each valid once, and the seed of a set that is not confirmed yet.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::OnConflict};
use time::OffsetDateTime;

use super::{
    AccountId, Store, StoreError,
    code::CodeHash,
    entity::{recovery_code, recovery_draft},
};
use crate::vault::Wrapped;

impl Store {
    /// Returns how many codes the account has left.
    pub async fn count_recovery_codes(&self, account: AccountId) -> Result<u64, StoreError> {
        Ok(recovery_code::Entity::find()
            .filter(recovery_code::Column::AccountId.eq(account.0))
            .count(&self.db)
            .await?)
    }

    /// Uses a code. Returns `false` if the account has no such code.
    pub async fn use_recovery_code(&self, account: AccountId, hash: CodeHash) -> Result<bool, StoreError> {
        let used = recovery_code::Entity::delete_many()
            .filter(recovery_code::Column::CodeHash.eq(hash.to_vec()))
            .filter(recovery_code::Column::AccountId.eq(account.0))
            .exec(&self.db)
            .await?;
        Ok(used.rows_affected == 1)
    }

    /// Whether the account has such a code.
    pub async fn has_recovery_code(&self, account: AccountId, hash: CodeHash) -> Result<bool, StoreError> {
        let row = recovery_code::Entity::find_by_id(hash.to_vec())
            .filter(recovery_code::Column::AccountId.eq(account.0))
            .one(&self.db)
            .await?;
        Ok(row.is_some())
    }

    /// Stores the seed of a new set until it is put in force or `expires`. It replaces an earlier seed.
    pub async fn draft_recovery_codes(
        &self,
        account: AccountId,
        seed: Wrapped,
        expires: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let row = recovery_draft::ActiveModel {
            account_id: Set(account.0),
            seed: Set(seed.0),
            expires_at: Set(expires.unix_timestamp()),
        };
        let replace = OnConflict::column(recovery_draft::Column::AccountId)
            .update_columns([recovery_draft::Column::Seed, recovery_draft::Column::ExpiresAt])
            .to_owned();
        recovery_draft::Entity::insert(row)
            .on_conflict(replace)
            .exec_without_returning(&self.db)
            .await?;
        Ok(())
    }

    /// Returns the seed of the set that is not in force yet, see [`crate::vault::Purpose::RecoveryCodes`].
    pub async fn recovery_draft(&self, account: AccountId, now: OffsetDateTime) -> Result<Option<Wrapped>, StoreError> {
        let row = recovery_draft::Entity::find_by_id(account.0)
            .filter(recovery_draft::Column::ExpiresAt.gt(now.unix_timestamp()))
            .one(&self.db)
            .await?;
        Ok(row.map(|row| Wrapped(row.seed)))
    }

    /// Replaces the codes by a new set and deletes its seed. Returns `false` if there is no such draft.
    pub async fn put_recovery_codes(
        &self,
        account: AccountId,
        seed: &Wrapped,
        hashes: Vec<CodeHash>,
    ) -> Result<bool, StoreError> {
        let transaction = self.write().await?;
        let drafted = recovery_draft::Entity::delete_many()
            .filter(recovery_draft::Column::AccountId.eq(account.0))
            .filter(recovery_draft::Column::Seed.eq(seed.0.clone()))
            .exec(&transaction)
            .await?;
        if drafted.rows_affected == 0 {
            return Ok(false);
        }
        recovery_code::Entity::delete_many()
            .filter(recovery_code::Column::AccountId.eq(account.0))
            .exec(&transaction)
            .await?;
        let rows = hashes.into_iter().map(|hash| recovery_code::ActiveModel {
            code_hash: Set(hash.to_vec()),
            account_id: Set(account.0),
        });
        recovery_code::Entity::insert_many(rows)
            .exec_without_returning(&transaction)
            .await?;
        transaction.commit().await?;
        self.scrub().await;
        Ok(true)
    }
}
