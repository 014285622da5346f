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

/// How the time has gone on since it was noted last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Without a jump for a week, so that something can be removed for its age.
    Steady,
    /// It has jumped within the last week, or was not noted before.
    Unsettled,
    /// It went back: this clock was put right, or is behind that of another relay.
    Back,
}

impl Store {
    /// Notes the time, and compares it with what was noted before.
    pub async fn mark_clock(&self, now: OffsetDateTime) -> Result<Course, StoreError> {
        let before = Entity::find_by_id(ROW).one(&self.db).await?;
        let (seen, steady_since) = match before {
            Some(mark) => (read_time(mark.seen_at)?, read_time(mark.steady_since)?),
            None => (now, now),
        };
        let went_on = (seen - MOST_BACK..=seen + MOST_BETWEEN).contains(&now);
        let steady_since = if went_on { steady_since } else { now };
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
        Ok(match now - steady_since >= STEADY {
            _ if now < seen - MOST_BACK => Course::Back,
            true => Course::Steady,
            false => Course::Unsettled,
        })
    }
}

/// When a relay last noted the time.
pub(super) async fn seen(db: &impl ConnectionTrait) -> Result<Option<OffsetDateTime>, StoreError> {
    let mark = Entity::find_by_id(ROW).one(db).await?;
    mark.map(|mark| read_time(mark.seen_at)).transpose()
}
