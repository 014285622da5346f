//! Counts attempts within a window. The counts are in the database, so a restart does not reset them.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement};
use time::{Duration, OffsetDateTime};

use super::{Store, StoreError, entity::attempt, stored::read_time};
use crate::clock::SKEW;

/// The key of a counter: a keyed hash of the action and of who tries it.
pub type AttemptKey = [u8; 16];

/// The attempts of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// How many, this one included.
    pub count: u32,
    /// When the window ends and counting starts anew.
    pub ends: OffsetDateTime,
}

/// How many of something that is counted in the transaction that does it.
pub struct Budget {
    /// Whose.
    pub key: AttemptKey,
    /// How many in a window.
    pub most: u32,
    /// How long it is.
    pub window: Duration,
}

/// Something that is counted when an accepted message is stored.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// Towards what.
    pub key: AttemptKey,
    /// How long the window is.
    pub window: Duration,
}

impl Store {
    /// Those that were counted in the window that has not ended, and that is no longer than this.
    pub async fn attempts(
        &self,
        key: &AttemptKey,
        window: Duration,
        now: OffsetDateTime,
    ) -> Result<Option<Attempts>, StoreError> {
        let row = attempt::Entity::find_by_id(key.to_vec())
            .filter(attempt::Column::EndsAt.gt(now.unix_timestamp()))
            .filter(attempt::Column::EndsAt.lte((now + window + SKEW).unix_timestamp()))
            .one(&self.db)
            .await?;
        row.map(|row| {
            Ok(Attempts {
                count: u32::try_from(row.count).unwrap_or(0),
                ends: read_time(row.ends_at)?,
            })
        })
        .transpose()
    }

    /// Starts anew.
    pub async fn forget_attempts(&self, key: &AttemptKey) -> Result<(), StoreError> {
        attempt::Entity::delete_by_id(key.to_vec()).exec(&self.db).await?;
        Ok(())
    }
}

/// Counts `more` attempts, or none, and gives those of the window so far. One that ends later than a window can was begun while the
/// clock was ahead, and counts no more.
pub(super) async fn count(
    db: &impl ConnectionTrait,
    key: &AttemptKey,
    more: u32,
    window: Duration,
    now: OffsetDateTime,
) -> Result<Attempts, StoreError> {
    let sql = "INSERT INTO attempts (key, count, ends_at) VALUES ($1, $4, $2) \
               ON CONFLICT (key) DO UPDATE SET \
               count = CASE WHEN attempts.ends_at <= $3 OR attempts.ends_at > $5 THEN $4 ELSE attempts.count + $4 END, \
               ends_at = CASE WHEN attempts.ends_at <= $3 OR attempts.ends_at > $5 THEN $2 ELSE attempts.ends_at END \
               RETURNING count, ends_at";
    let values = [
        key.to_vec().into(),
        (now + window).unix_timestamp().into(),
        now.unix_timestamp().into(),
        i32::try_from(more).unwrap_or(i32::MAX).into(),
        (now + window + SKEW).unix_timestamp().into(),
    ];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let row = db.query_one_raw(statement).await?;
    let row = row.ok_or(StoreError::Damaged("counter"))?;
    let count: i32 = row.try_get("", "count")?;
    Ok(Attempts {
        count: u32::try_from(count).unwrap_or(0),
        ends: read_time(row.try_get("", "ends_at")?)?,
    })
}
