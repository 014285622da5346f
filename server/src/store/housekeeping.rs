//! Removing what has ended. Everything asked of the store looks at the clock itself; this only keeps the tables small.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use time::OffsetDateTime;

use super::{
    Store, StoreError, activity,
    entity::{attempt, code, session},
    profile::delete_abandoned,
};

impl Store {
    /// Removes sessions, codes and counters that have ended, activity that is old, and issuances that were given up, with their keys.
    /// To be called at start and now and then.
    pub async fn prune(&self, now: OffsetDateTime) -> Result<(), StoreError> {
        let past = now.unix_timestamp();
        session::Entity::delete_many()
            .filter(session::Column::ExpiresAt.lte(past))
            .exec(&self.db)
            .await?;
        code::Entity::delete_many()
            .filter(code::Column::ExpiresAt.lte(past))
            .exec(&self.db)
            .await?;
        attempt::Entity::delete_many()
            .filter(attempt::Column::EndsAt.lte(past))
            .exec(&self.db)
            .await?;
        activity::forget_old(&self.db, now).await?;
        if delete_abandoned(&self.db, now).await? > 0 {
            self.scrub().await;
        }
        Ok(())
    }
}
