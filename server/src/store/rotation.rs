//! Takes the database from one master key to another while relays run.
//!
//! - Every running relay is in `running_relays` with the keys that it has. It enters when it binds the database, in the same
//!   transaction, and says every minute that it still runs.
//! - [`Store::begin_rotation`] binds the database to the new key. It refuses while a relay runs that does not have that key. Both
//!   lock the row of `key_check`, so that no relay slips in between.
//! - Running relays follow within seconds ([`Store::follow_rotation`]). They read under either key all the time.
//! - [`Store::end_rotation`] is for when all relays write under the new key and nothing is left under the previous one. Before it, no
//!   relay starts without the previous key.

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use time::{Duration, OffsetDateTime};

use super::{
    Store, StoreError,
    entity::running_relay,
    key_check::{self, Binding, Rows},
};
use crate::vault::{Vault, Which};

/// A relay that said nothing for so long was killed. A running one says it each minute.
pub const GONE: Duration = Duration::minutes(3);

/// Where a rotation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It begins now.
    Begun,
    /// It began earlier.
    Resumed,
    /// Nothing was known to be left under a previous key.
    Ended,
}

impl Store {
    /// Binds the database, as [`Store::bind`] does, and enters this process among the running relays.
    pub async fn join(&self, vault: &Vault, now: OffsetDateTime) -> Result<(), StoreError> {
        let transaction = self.write_quietly().await?;
        key_check::insert(&*transaction, vault).await?;
        Rows::read(&*transaction, true).await?.tell(vault)?;
        running_relay::Entity::delete_many()
            .filter(running_relay::Column::SeenAt.lt((now - Duration::DAY).unix_timestamp()))
            .exec(&*transaction)
            .await?;
        enter(&*transaction, self.lease.holder, vault, vault.writing(), now).await?;
        Ok(transaction.commit().await?)
    }

    /// Says that this relay still runs, and under which key it writes.
    pub async fn report_running(
        &self,
        vault: &Vault,
        writes: Option<Which>,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        enter(&self.db, self.lease.holder, vault, writes, now).await
    }

    /// Takes this process out of the running relays.
    pub async fn leave(&self) -> Result<(), StoreError> {
        running_relay::Entity::delete_by_id(self.lease.holder)
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Has the vault write under the key that the database is bound to now.
    pub async fn follow_rotation(&self, vault: &Vault) -> Result<(), StoreError> {
        Rows::read(&self.db, false).await?.tell(vault)
    }

    /// Binds the database to the configured key of the vault, if it is still bound to the previous one.
    ///
    /// # Errors
    /// Nothing is changed. The database is bound to neither key, or a relay runs that does not have the configured one.
    pub async fn begin_rotation(&self, vault: &Vault, now: OffsetDateTime) -> Result<Rotation, StoreError> {
        let transaction = self.write_quietly().await?;
        let rows = Rows::read(&*transaction, true).await?;
        let rotation = match (rows.binding(vault), rows.which(vault)) {
            (Binding::Fits, _) => Rotation::Ended,
            (Binding::Rotating, Some(Which::Configured)) => Rotation::Resumed,
            (Binding::Previous | Binding::Rotating, _) => {
                let id = vault.key_id(Which::Configured).map(|id| id.to_string());
                let has_it = |relay: &running_relay::Model| {
                    id.as_ref() == Some(&relay.first_key) || (id.is_some() && id == relay.second_key)
                };
                if !running(&*transaction, now).await?.iter().all(has_it) {
                    return Err(StoreError::RelayWithoutKey);
                }
                rows.turn(&*transaction, vault).await?;
                migrations::need_key_rotation(&*transaction).await?;
                transaction.commit().await?;
                return self.follow_rotation(vault).await.map(|()| Rotation::Begun);
            }
            (Binding::PreviousMissing, _) => return Err(StoreError::NoPreviousMasterKey),
            (Binding::Foreign, _) => return Err(StoreError::ForeignMasterKey),
            (Binding::None | Binding::Unknown, _) => return Err(StoreError::Damaged("key check")),
        };
        rows.tell(vault)?;
        Ok(rotation)
    }

    /// Returns the number of running relays that do not write under the configured key yet.
    pub async fn relays_behind(&self, vault: &Vault, now: OffsetDateTime) -> Result<usize, StoreError> {
        behind(&self.db, vault, now).await
    }

    /// Says that nothing is left under the previous key. Returns `false` if a relay may still write under it.
    pub async fn end_rotation(&self, vault: &Vault, now: OffsetDateTime) -> Result<bool, StoreError> {
        let transaction = self.write_quietly().await?;
        let rows = Rows::read(&*transaction, true).await?;
        if rows.which(vault) != Some(Which::Configured) {
            return Err(StoreError::ForeignMasterKey);
        }
        if behind(&*transaction, vault, now).await? > 0 {
            return Ok(false);
        }
        key_check::forget_previous(&*transaction).await?;
        transaction.commit().await?;
        // Values under the previous key are still in the files.
        self.scrub().await;
        Ok(true)
    }
}

async fn enter(
    db: &impl ConnectionTrait,
    process: i64,
    vault: &Vault,
    writes: Option<Which>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let name = |which| vault.key_id(which).map(|id| id.to_string());
    let row = running_relay::ActiveModel {
        process: Set(process),
        first_key: Set(name(Which::Configured).unwrap_or_default()),
        second_key: Set(name(Which::Previous)),
        writes_under: Set(writes.and_then(name)),
        seen_at: Set(now.unix_timestamp()),
    };
    let renew = OnConflict::column(running_relay::Column::Process)
        .update_columns([running_relay::Column::WritesUnder, running_relay::Column::SeenAt])
        .to_owned();
    running_relay::Entity::insert(row)
        .on_conflict(renew)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

async fn running(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<Vec<running_relay::Model>, StoreError> {
    let running = running_relay::Entity::find().filter(running_relay::Column::SeenAt.gt((now - GONE).unix_timestamp()));
    Ok(running.all(db).await?)
}

async fn behind(db: &impl ConnectionTrait, vault: &Vault, now: OffsetDateTime) -> Result<usize, StoreError> {
    let id = vault.key_id(Which::Configured).map(|id| id.to_string());
    let behind = running(db, now)
        .await?
        .into_iter()
        .filter(|relay| relay.writes_under != id);
    Ok(behind.count())
}
