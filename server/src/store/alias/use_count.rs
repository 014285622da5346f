//! Counts the mail of an alias and keeps the time of its last use, even if activity is not recorded.

use std::collections::{BTreeSet, HashSet};

use app::{api::activity::Outcome, id::AliasId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, sea_query::LockType,
};
use time::OffsetDateTime;

use crate::store::{StoreError, entity::alias};

/// The change to an alias's row after a message.
enum Change {
    Relayed,
    Used,
    Refused,
    Nothing,
}

/// Counts what became of `more` messages.
pub(in crate::store) async fn count(
    db: &impl ConnectionTrait,
    alias: AliasId,
    outcome: Outcome,
    more: u32,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let (sql, values) = match change(outcome) {
        Change::Relayed => (
            "UPDATE aliases SET relayed_count = relayed_count + $3, last_used_at = $1 WHERE id = $2",
            vec![now.unix_timestamp().into(), alias.0.into(), i64::from(more).into()],
        ),
        Change::Used => (
            "UPDATE aliases SET last_used_at = $1 WHERE id = $2",
            vec![now.unix_timestamp().into(), alias.0.into()],
        ),
        Change::Refused => (
            "UPDATE aliases SET refused_count = refused_count + $2 WHERE id = $1",
            vec![alias.0.into(), i64::from(more).into()],
        ),
        Change::Nothing => return Ok(()),
    };
    db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values))
        .await?;
    Ok(())
}

/// Those of some aliases that record activity. They go on to do so until the transaction ends.
pub(in crate::store) async fn find_recorded(
    db: &impl ConnectionTrait,
    aliases: BTreeSet<i64>,
) -> Result<HashSet<AliasId>, StoreError> {
    if aliases.is_empty() {
        return Ok(HashSet::new());
    }
    let recorded: Vec<i64> = alias::Entity::find()
        .select_only()
        .column(alias::Column::Id)
        .filter(alias::Column::Id.is_in(aliases))
        .filter(alias::Column::RecordActivity.eq(true))
        .order_by_asc(alias::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple()
        .all(db)
        .await?;
    Ok(recorded.into_iter().map(AliasId).collect())
}

fn change(outcome: Outcome) -> Change {
    match outcome {
        Outcome::Sealed | Outcome::Relayed => Change::Relayed,
        Outcome::ThreadStarted | Outcome::ReplySent => Change::Used,
        Outcome::Refused | Outcome::Forged | Outcome::Dropped | Outcome::Blocked => Change::Refused,
        // These are later outcomes of a message, or no mail to the alias.
        Outcome::ReplyRefused
        | Outcome::Delivered
        | Outcome::Delayed
        | Outcome::Undeliverable
        | Outcome::Unsubscribed => Change::Nothing,
    }
}
