//! Checks at start that the database belongs to the master key, so that no message fails halfway on a wrong key.
//!
//! The database says which master key is written under: the one that opens the constant in `key_check`. While that key is rotated
//! ([`super::rotation`]), a constant under the previous one says that values may be left under it.

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, OnConflict},
};

use super::{
    Store, StoreError,
    entity::{kept_key, key_check},
};
use crate::vault::{Purpose, Vault, Which, Wrapped};

const ROW: i32 = 1;
/// The value does not matter, only that it decrypts.
const CONSTANT: &[u8] = b"sealpost";

/// The row of the naming key.
const NAMING: i32 = 1;
/// The row of the constant under the previous master key.
const PREVIOUS: i32 = 2;

impl Store {
    /// Binds a new database to the master key. For a bound database, returns [`StoreError::ForeignMasterKey`] if the
    /// key is another one, and the server must not start. Tells the vault which of its keys is written under.
    pub async fn bind(&self, vault: &Vault) -> Result<(), StoreError> {
        insert(&self.db, vault).await?;
        Rows::read(&self.db, false).await?.tell(vault)
    }
}

/// Binds a database that is bound to no master key.
pub(super) async fn insert(db: &impl ConnectionTrait, vault: &Vault) -> Result<(), StoreError> {
    let wrapped = vault.wrap(Purpose::KeyCheck, CONSTANT).map_err(StoreError::Wrap)?;
    let row = key_check::ActiveModel {
        id: Set(ROW),
        wrapped: Set(wrapped.0),
    };
    key_check::Entity::insert(row)
        .on_conflict_do_nothing()
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// The master key that a database is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// It is bound to none yet.
    None,
    /// It is bound to this one.
    Fits,
    /// It is bound to this one, and values may be left under the previous one, which is there.
    Rotating,
    /// It is bound to the previous one. The rotation has not begun.
    Previous,
    /// It is bound to this one, and values may be left under another one, which is not there.
    PreviousMissing,
    /// It is bound to another one.
    Foreign,
    /// It is bound to one, and there is none to compare.
    Unknown,
}

/// The rows of the database about its master key.
pub(super) struct Rows {
    pub bound: Option<Wrapped>,
    pub previous: Option<Wrapped>,
    pub naming: Option<Wrapped>,
}

impl Rows {
    /// Reads the rows. To `lock` them makes all others wait who do the same, until the transaction ends.
    pub async fn read(db: &impl ConnectionTrait, lock: bool) -> Result<Self, StoreError> {
        let bound = key_check::Entity::find_by_id(ROW);
        // SQLite has one writer anyway, and no such clause.
        let bound = if lock { bound.lock_exclusive() } else { bound };
        let bound = bound.one(db).await?.map(|row| Wrapped(row.wrapped));
        let mut rows = Self {
            bound,
            previous: None,
            naming: None,
        };
        for row in kept_key::Entity::find().all(db).await? {
            match row.id {
                NAMING => rows.naming = Some(Wrapped(row.wrapped)),
                PREVIOUS => rows.previous = Some(Wrapped(row.wrapped)),
                _ => {}
            }
        }
        Ok(rows)
    }

    /// The key of the vault that the database is bound to.
    pub fn which(&self, vault: &Vault) -> Option<Which> {
        vault.key_of(Purpose::KeyCheck, self.bound.as_ref()?)
    }

    pub fn binding(&self, vault: &Vault) -> Binding {
        let previous = self.previous.as_ref();
        let is_missing = previous.is_some_and(|previous| !fits(previous, vault));
        match (&self.bound, self.which(vault)) {
            (None, _) => Binding::None,
            (_, None) => Binding::Foreign,
            _ if is_missing => Binding::PreviousMissing,
            (_, Some(Which::Previous)) if previous.is_none() => Binding::Previous,
            _ if previous.is_some() => Binding::Rotating,
            _ => Binding::Fits,
        }
    }

    /// Tells the vault which of its keys is written under, and which key makes pseudonyms.
    pub fn tell(&self, vault: &Vault) -> Result<(), StoreError> {
        match self.binding(vault) {
            Binding::Fits | Binding::Rotating | Binding::Previous => {
                vault.use_key(self.which(vault));
                vault
                    .set_naming(self.naming.as_ref())
                    .map_err(|_| StoreError::Damaged("naming key"))
            }
            Binding::Foreign => Err(StoreError::ForeignMasterKey),
            Binding::PreviousMissing => Err(StoreError::NoPreviousMasterKey),
            Binding::None | Binding::Unknown => Err(StoreError::Damaged("key check")),
        }
    }

    /// Binds the database to the configured key of the vault instead of the previous one.
    pub async fn turn(self, db: &impl ConnectionTrait, vault: &Vault) -> Result<(), StoreError> {
        let before = self.bound.ok_or(StoreError::Damaged("key check"))?;
        let naming = vault.keep_naming(self.naming.as_ref()).map_err(StoreError::Wrap)?;
        vault.use_key(Some(Which::Configured));
        let bound = vault.wrap(Purpose::KeyCheck, CONSTANT).map_err(StoreError::Wrap)?;
        key_check::Entity::update_many()
            .col_expr(key_check::Column::Wrapped, Expr::value(bound.0))
            .filter(key_check::Column::Id.eq(ROW))
            .exec(db)
            .await?;
        let rows = [(NAMING, naming), (PREVIOUS, before)].map(|(id, wrapped)| kept_key::ActiveModel {
            id: Set(id),
            wrapped: Set(wrapped.0),
        });
        let replace = OnConflict::column(kept_key::Column::Id)
            .update_column(kept_key::Column::Wrapped)
            .to_owned();
        kept_key::Entity::insert_many(rows)
            .on_conflict(replace)
            .exec_without_returning(db)
            .await?;
        Ok(())
    }
}

/// Says that nothing is left under the previous key.
pub(super) async fn forget_previous(db: &impl ConnectionTrait) -> Result<(), StoreError> {
    kept_key::Entity::delete_by_id(PREVIOUS).exec(db).await?;
    Ok(())
}

/// The constant under the previous key, if values may be left under that.
pub(super) async fn previous(db: &impl ConnectionTrait) -> Result<Option<Wrapped>, StoreError> {
    let row = kept_key::Entity::find_by_id(PREVIOUS).one(db).await?;
    Ok(row.map(|row| Wrapped(row.wrapped)))
}

/// Compares the master key of a database with this one.
pub(super) async fn binding(db: &impl ConnectionTrait, vault: Option<&Vault>) -> Result<Binding, StoreError> {
    let rows = Rows::read(db, false).await?;
    Ok(match (&rows.bound, vault) {
        (None, _) => Binding::None,
        (Some(_), None) => Binding::Unknown,
        (Some(_), Some(vault)) => rows.binding(vault),
    })
}

/// Whether the database with this value belongs to a master key of the vault.
pub fn fits(stored: &Wrapped, vault: &Vault) -> bool {
    vault.key_of(Purpose::KeyCheck, stored).is_some()
}
