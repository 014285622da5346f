//! Checks at start that the database belongs to the master key, so that no message fails halfway on a wrong key.

use sea_orm::{ActiveValue::Set, EntityTrait};

use super::{Store, StoreError, entity::key_check};
use crate::vault::{Purpose, Vault, Wrapped};

const ROW: i32 = 1;
/// The value does not matter, only that it decrypts.
const CONSTANT: &[u8] = b"sealpost";

impl Store {
    /// Binds a new database to the master key. For a bound database, returns [`StoreError::ForeignMasterKey`] if the
    /// key is another one, and the server must not start.
    pub async fn bind(&self, vault: &Vault) -> Result<(), StoreError> {
        let wrapped = vault.wrap(Purpose::KeyCheck, CONSTANT).map_err(StoreError::Wrap)?;
        let row = key_check::ActiveModel {
            id: Set(ROW),
            wrapped: Set(wrapped.0),
        };
        key_check::Entity::insert(row)
            .on_conflict_do_nothing()
            .exec_without_returning(&self.db)
            .await?;
        let stored = key_check::Entity::find_by_id(ROW).one(&self.db).await?;
        let stored = Wrapped(stored.ok_or(StoreError::Damaged("key check"))?.wrapped);
        match vault.unwrap(Purpose::KeyCheck, &stored) {
            Ok(_) => Ok(()),
            Err(_) => Err(StoreError::ForeignMasterKey),
        }
    }
}
