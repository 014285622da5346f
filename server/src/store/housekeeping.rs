//! Removes rows whose time is over. Codes and sessions are checked where they are used; old activity, addresses that were never
//! verified and items that were handed over last until this runs.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use time::{Duration, OffsetDateTime};

use super::{
    Store, StoreError, activity, claim,
    entity::{
        attempt, challenge, code, half_session, invitation, message_id, one_time_password, password_reset,
        recovery_draft, round_trip, sent_reply, session,
    },
    profile::delete_abandoned,
    queue::forget_handed_over,
    test_code,
};

/// How long identifiers of messages and marks of replies are kept. Older threads and replays are not expected.
const THREADS: Duration = Duration::days(2 * 365);

/// How long the Subjects of threads are kept. Most answers come within days, and a later one has a Subject of its own.
const SUBJECTS: Duration = Duration::days(90);

/// How long a new secret waits for its first code.
const SET_UP: Duration = Duration::hours(1);

impl Store {
    /// Removes all whose time is over.
    ///
    /// Callers run it at start and now and then.
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
        half_session::Entity::delete_many()
            .filter(half_session::Column::ExpiresAt.lte(past))
            .exec(&self.db)
            .await?;
        password_reset::Entity::delete_many()
            .filter(password_reset::Column::ExpiresAt.lte(past))
            .exec(&self.db)
            .await?;
        recovery_draft::Entity::delete_many()
            .filter(recovery_draft::Column::ExpiresAt.lte(past))
            .exec(&self.db)
            .await?;
        one_time_password::Entity::delete_many()
            .filter(one_time_password::Column::ConfirmedAt.is_null())
            .filter(one_time_password::Column::CreatedAt.lte((now - SET_UP).unix_timestamp()))
            .exec(&self.db)
            .await?;
        invitation::Entity::delete_many()
            .filter(invitation::Column::ExpiresAt.lte(past))
            .exec(&self.db)
            .await?;
        challenge::Entity::delete_many()
            .filter(challenge::Column::ExpiresAt.lte(past))
            .exec(&self.db)
            .await?;
        round_trip::Entity::delete_many()
            .filter(round_trip::Column::ExpiresAt.lte(past))
            .exec(&self.db)
            .await?;
        attempt::Entity::delete_many()
            .filter(attempt::Column::EndsAt.lte(past))
            .exec(&self.db)
            .await?;
        test_code::delete_expired(&self.db, now).await?;
        claim::delete_stale(&self.db, now).await?;
        forget_handed_over(&self.db, now).await?;
        activity::forget_old(&self.db, now).await?;
        if delete_abandoned(&self.db, now).await? > 0 {
            self.scrub().await;
        }
        Ok(())
    }

    /// Removes identifiers of messages and marks of replies that are too old to matter. Until then they join threads and stop replays,
    /// so callers run it only while the clock can be trusted.
    pub async fn forget_threads(&self, now: OffsetDateTime) -> Result<(), StoreError> {
        message_id::Entity::delete_many()
            .filter(message_id::Column::CreatedAt.lte((now - THREADS).unix_timestamp()))
            .exec(&self.db)
            .await?;
        message_id::Entity::update_many()
            .col_expr(message_id::Column::Subject, Expr::value(None::<Vec<u8>>))
            .filter(message_id::Column::CreatedAt.lte((now - SUBJECTS).unix_timestamp()))
            .filter(message_id::Column::Subject.is_not_null())
            .exec(&self.db)
            .await?;
        sent_reply::Entity::delete_many()
            .filter(sent_reply::Column::CreatedAt.lte((now - THREADS).unix_timestamp()))
            .exec(&self.db)
            .await?;
        Ok(())
    }
}
