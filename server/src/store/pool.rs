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

    /// Removes and returns a key in one statement, so that nobody else gets it.
    pub async fn take_pooled_key(&self) -> Result<Option<Wrapped>, StoreError> {
        let sql = "DELETE FROM key_pool WHERE id = (SELECT MIN(id) FROM key_pool) RETURNING key";
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        match self.db.query_one_raw(statement).await? {
            Some(row) => Ok(Some(Wrapped(row.try_get("", "key")?))),
            None => Ok(None),
        }
    }
}
