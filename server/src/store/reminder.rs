//! Finds profiles whose expiry reminder is due, and marks reminders as sent.

use app::{
    id::ProfileId,
    profile::{ProfileState, REMINDERS},
};
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use time::OffsetDateTime;

use super::{Store, StoreError, entity::profile, profile::Profile, stored::state_text};

/// A reminder that is due.
pub struct Due {
    /// The profile that ends.
    pub profile: Profile,
    /// Which of [`REMINDERS`] it is.
    pub days: u16,
}

/// That a person was reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reminded {
    /// The profile that ends.
    pub profile: ProfileId,
    /// Which of [`REMINDERS`] it was.
    pub days: u16,
}

impl Store {
    /// The active profiles of whose end their person is to be reminded now, the most urgent reminder of each.
    pub async fn due_reminders(&self, now: OffsetDateTime) -> Result<Vec<Due>, StoreError> {
        let last = now + time::Duration::days(REMINDERS[0].into());
        let rows = profile::Entity::find()
            .filter(profile::Column::State.eq(state_text(ProfileState::Active)))
            .filter(profile::Column::NotAfter.between(now.unix_timestamp(), last.unix_timestamp()))
            .order_by_asc(profile::Column::NotAfter)
            .all(&self.db)
            .await?;
        let mut due = Vec::new();
        for row in rows {
            let profile = Profile::of(&row)?;
            let days = app::profile::reminder(profile.not_before, profile.not_after, now);
            if let Some(days) = days.filter(|days| row.reminded.is_none_or(|sent| sent > i32::from(*days))) {
                due.push(Due { profile, days });
            }
        }
        Ok(due)
    }
}

/// Notes a reminder together with the message. [`StoreError::Gone`] if the profile is not active any more, or the
/// reminder was sent.
pub(super) async fn mark(db: &DatabaseTransaction, reminded: Reminded) -> Result<(), StoreError> {
    let days = i32::from(reminded.days);
    let not_yet = Condition::any()
        .add(profile::Column::Reminded.is_null())
        .add(profile::Column::Reminded.gt(days));
    let marked = profile::Entity::update_many()
        .col_expr(profile::Column::Reminded, Expr::value(days))
        .filter(profile::Column::Id.eq(reminded.profile.0))
        .filter(profile::Column::State.eq(state_text(ProfileState::Active)))
        .filter(not_yet)
        .exec(db)
        .await?;
    match marked.rows_affected {
        1 => Ok(()),
        _ => Err(StoreError::Gone),
    }
}
