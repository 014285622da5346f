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
    /// The profile that expires.
    pub profile: Profile,
    /// Its entry in [`REMINDERS`].
    pub days: u16,
}

/// A reminder that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reminded {
    /// The profile that expires.
    pub profile: ProfileId,
    /// Its entry in [`REMINDERS`].
    pub days: u16,
}

impl Store {
    /// Returns the active profiles whose reminder is due now, each with its most urgent reminder.
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

/// Records a reminder together with its message. Returns [`StoreError::Gone`] if the profile is not active any more, or
/// if the reminder was sent already.
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
