//! Reminders of the end of a profile: whose is due, and that it was sent.

use app::{
    address::EmailAddress,
    api::{account::MailboxId, profile::ProfileId},
    profile::{ProfileState, REMINDERS},
};
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use time::OffsetDateTime;

use super::{
    Store, StoreError,
    entity::{mailbox, profile},
    profile::{Profile, state_text},
    route::ActiveProfile,
    stored_address,
};

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

/// What a reminder needs of a mailbox.
pub struct Destination {
    /// The mailbox's address, verified.
    pub address: EmailAddress,
    /// The setting.
    pub kill_switch: bool,
    /// The profile that seals its mail.
    pub active: ActiveProfile,
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

    /// Where a reminder goes: a verified mailbox with an active profile.
    pub async fn sealed_destination(&self, id: MailboxId) -> Result<Option<Destination>, StoreError> {
        let row = mailbox::Entity::find_by_id(id.0)
            .filter(mailbox::Column::VerifiedAt.is_not_null())
            .one(&self.db)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let address = stored_address(&row.address)?;
        let active = self.active_profile(row.id, &address).await?;
        Ok(active.map(|active| Destination {
            address,
            kill_switch: row.kill_switch,
            active,
        }))
    }
}

/// Notes a reminder together with the message. [`StoreError::Gone`] where the profile is not active any more, or the
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
