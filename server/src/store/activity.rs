//! Stores the activity of an alias: times, outcomes and sizes of its mail, while the person has recording on.
//!
//! There is no column for a subject, an address or content.

use app::{
    api::activity::Event,
    id::{AliasId, EventId},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
    sea_query::Expr,
};
use time::{Duration, OffsetDateTime};

pub use app::api::activity::Outcome;

use super::{
    AccountId, Store, StoreError,
    alias::count,
    entity::{activity, alias},
    stored::{mailboxes_of, read_time},
};

/// How long an event is kept.
const KEPT: Duration = Duration::days(30);

/// Most events kept of one alias. The number is limited because a stranger can provoke refusals at almost no cost.
const MOST_KEPT: i64 = 10_000;

/// An entry on an alias's activity page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivityEvent {
    /// The alias.
    pub alias: AliasId,
    /// The outcome of a message.
    pub outcome: Outcome,
    /// Its length.
    pub octets: u64,
}

impl Store {
    /// Counts and records the outcome of a message of `octets`. If the person turned recording off, it only counts.
    pub async fn record(
        &self,
        alias: AliasId,
        outcome: Outcome,
        octets: u64,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let event = ActivityEvent { alias, outcome, octets };
        let transaction = self.write_quietly().await?;
        count(&transaction, alias, outcome, 1, now).await?;
        insert(&transaction, event, now).await?;
        Ok(transaction.commit().await?)
    }

    /// Returns at most `most` events of one of the account's aliases, newest first. With `before`, they are older than
    /// that event.
    pub async fn activity(
        &self,
        account: AccountId,
        alias: AliasId,
        before: Option<EventId>,
        most: u64,
    ) -> Result<Vec<Event>, StoreError> {
        let own = alias::Entity::find()
            .select_only()
            .column(alias::Column::Id)
            .filter(alias::Column::MailboxId.in_subquery(mailboxes_of(account)));
        let mut events = activity::Entity::find()
            .filter(activity::Column::AliasId.eq(alias.0))
            .filter(activity::Column::AliasId.in_subquery(sea_orm::QueryTrait::into_query(own)));
        if let Some(before) = before {
            events = events.filter(activity::Column::Id.lt(before.0));
        }
        let rows = events
            .order_by_desc(activity::Column::Id)
            .limit(most)
            .all(&self.db)
            .await?;
        rows.iter().map(event).collect()
    }

    /// Turns recording on or off. Turning it off deletes the recorded events. Returns `false` if the account has no
    /// such alias.
    pub async fn set_record_activity(&self, account: AccountId, id: AliasId, on: bool) -> Result<bool, StoreError> {
        let transaction = self.write().await?;
        let updated = alias::Entity::update_many()
            .col_expr(alias::Column::RecordActivity, Expr::value(on))
            .filter(alias::Column::Id.eq(id.0))
            .filter(alias::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .exec(&transaction)
            .await?;
        let found = updated.rows_affected == 1;
        if found && !on {
            activity::Entity::delete_many()
                .filter(activity::Column::AliasId.eq(id.0))
                .exec(&transaction)
                .await?;
        }
        transaction.commit().await?;
        if found && !on {
            self.scrub().await;
        }
        Ok(found)
    }
}

pub(super) async fn insert(
    db: &impl ConnectionTrait,
    event: ActivityEvent,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO activity (alias_id, at, outcome, octets) \
               SELECT id, $1, $2, $3 FROM aliases WHERE id = $4 AND record_activity";
    let values = [
        now.unix_timestamp().into(),
        word(event.outcome).into(),
        i64::try_from(event.octets).unwrap_or(i64::MAX).into(),
        event.alias.0.into(),
    ];
    db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values))
        .await?;
    Ok(())
}

/// Inserts events of aliases that are known to record them.
pub(super) async fn insert_all(
    db: &impl ConnectionTrait,
    events: Vec<(ActivityEvent, OffsetDateTime)>,
) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let rows = events.into_iter().map(|(event, now)| activity::ActiveModel {
        alias_id: Set(event.alias.0),
        at: Set(now.unix_timestamp()),
        outcome: Set(word(event.outcome).to_owned()),
        octets: Set(i64::try_from(event.octets).unwrap_or(i64::MAX)),
        ..Default::default()
    });
    activity::Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(())
}

/// Deletes events that are past their time, and of each alias those beyond the newest.
pub(super) async fn forget_old(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<(), StoreError> {
    activity::Entity::delete_many()
        .filter(activity::Column::At.lte((now - KEPT).unix_timestamp()))
        .exec(db)
        .await?;
    let sql = "DELETE FROM activity WHERE id IN (SELECT id FROM (SELECT id, ROW_NUMBER() OVER \
               (PARTITION BY alias_id ORDER BY id DESC) AS place FROM activity) AS placed WHERE place > $1)";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [MOST_KEPT.into()]);
    db.execute_raw(statement).await?;
    Ok(())
}

pub(super) fn event(row: &activity::Model) -> Result<Event, StoreError> {
    Ok(Event {
        id: EventId(row.id),
        at: read_time(row.at)?,
        outcome: read_outcome(&row.outcome)?,
        octets: u64::try_from(row.octets).map_err(|_| StoreError::Damaged("size"))?,
    })
}

/// The stored and counted name. It must never change.
pub fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Sealed => "sealed",
        Outcome::Relayed => "relayed",
        Outcome::Refused => "refused",
        Outcome::Forged => "forged",
        Outcome::ThreadStarted => "thread_started",
        Outcome::ReplySent => "reply_sent",
        Outcome::ReplyRefused => "reply_refused",
        Outcome::Delivered => "delivered",
        Outcome::Delayed => "delayed",
        Outcome::Undeliverable => "undeliverable",
        Outcome::Dropped => "dropped",
        Outcome::Blocked => "blocked",
        Outcome::Unsubscribed => "unsubscribed",
    }
}

fn read_outcome(stored: &str) -> Result<Outcome, StoreError> {
    Outcome::ALL
        .into_iter()
        .find(|outcome| word(*outcome) == stored)
        .ok_or(StoreError::Damaged("outcome"))
}
