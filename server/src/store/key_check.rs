//! Checks at start that the database belongs to the master key, so that no message fails halfway on a wrong key.

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

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
        match binding(&self.db, Some(vault)).await? {
            Binding::Fits => Ok(()),
            Binding::Foreign => Err(StoreError::ForeignMasterKey),
            Binding::None | Binding::Unknown => Err(StoreError::Damaged("key check")),
        }
    }
}

/// The master key that a database is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// It is bound to none yet.
    None,
    /// It is bound to this one.
    Fits,
    /// It is bound to another one.
    Foreign,
    /// It is bound to one, and there is none to compare.
    Unknown,
}

/// Compares the master key of a database with this one.
pub(super) async fn binding(db: &impl ConnectionTrait, vault: Option<&Vault>) -> Result<Binding, StoreError> {
    let stored = key_check::Entity::find_by_id(ROW).one(db).await?;
    Ok(match (stored, vault) {
        (None, _) => Binding::None,
        (Some(_), None) => Binding::Unknown,
        (Some(stored), Some(vault)) => match fits(&Wrapped(stored.wrapped), vault) {
            true => Binding::Fits,
            false => Binding::Foreign,
        },
    })
}

/// Whether the database with this value belongs to the master key.
pub fn fits(stored: &Wrapped, vault: &Vault) -> bool {
    vault.unwrap(Purpose::KeyCheck, stored).is_ok()
}
