//! Stores wrapped keys that are generated in advance. Each is used once.

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, PaginatorTrait, Statement};

use super::{Store, StoreError, entity::pooled_key};
use crate::vault::Wrapped;

impl Store {
    /// Returns how many keys there are.
    pub async fn pooled_keys(&self) -> Result<u64, StoreError> {
        Ok(pooled_key::Entity::find().count(&self.db).await?)
    }

    /// Adds a key, see [`crate::vault::Purpose::Pooled`].
    pub async fn add_pooled_key(&self, key: Wrapped) -> Result<(), StoreError> {
        let row = pooled_key::ActiveModel {
            key: Set(key.0),
            ..Default::default()
        };
        pooled_key::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Removes and returns up to `most` keys in one statement, so that nobody else gets them.
    pub async fn take_pooled_keys(&self, most: usize) -> Result<Vec<Wrapped>, StoreError> {
        let sql = "DELETE FROM key_pool WHERE id IN (SELECT id FROM key_pool ORDER BY id LIMIT $1) RETURNING key";
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let statement = Statement::from_sql_and_values(self.db.get_database_backend(), sql, [most.into()]);
        let rows = self.db.query_all_raw(statement).await?;
        rows.into_iter()
            .map(|row| Ok(Wrapped(row.try_get("", "key")?)))
            .collect()
    }
}
