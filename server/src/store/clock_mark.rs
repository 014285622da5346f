//! Remembers when a relay last used the database. What is removed for its age is gone for good, so that a clock that was months ahead for
//! an hour must not count as months.

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, sea_query::OnConflict};
use time::{Duration, OffsetDateTime};

use super::{
    Store, StoreError,
    entity::clock_mark::{ActiveModel, Column, Entity},
    stored::read_time,
};

const ROW: i32 = 1;

/// The longest time between two marks that is no jump: a relay may be off for some days. What is kept for months may go so much too
/// early.
const MOST_BETWEEN: Duration = Duration::days(7);

/// How far back time may go: the clocks of several relays differ.
pub const MOST_BACK: Duration = Duration::hours(1);

/// How long the time must have gone on without a jump until it counts: long enough for an operator to see a wrong clock.
const STEADY: Duration = Duration::days(7);

impl Store {
    /// Notes the time. Returns whether it has gone on without a jump for a week, so that something can be removed for its age.
    pub async fn mark_clock(&self, now: OffsetDateTime) -> Result<bool, StoreError> {
        let steady_since = match Entity::find_by_id(ROW).one(&self.db).await? {
            Some(mark) => {
                let seen = read_time(mark.seen_at)?;
                let is_steady = (seen - MOST_BACK..=seen + MOST_BETWEEN).contains(&now);
                if is_steady { read_time(mark.steady_since)? } else { now }
            }
            None => now,
        };
        let mark = ActiveModel {
            id: Set(ROW),
            seen_at: Set(now.unix_timestamp()),
            steady_since: Set(steady_since.unix_timestamp()),
        };
        Entity::insert(mark)
            .on_conflict(
                OnConflict::column(Column::Id)
                    .update_columns([Column::SeenAt, Column::SteadySince])
                    .to_owned(),
            )
            .exec_without_returning(&self.db)
            .await?;
        Ok(now - steady_since >= STEADY)
    }
}

/// When a relay last noted the time.
pub(super) async fn seen(db: &impl ConnectionTrait) -> Result<Option<OffsetDateTime>, StoreError> {
    let mark = Entity::find_by_id(ROW).one(db).await?;
    mark.map(|mark| read_time(mark.seen_at)).transpose()
}
