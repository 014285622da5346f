//! Counts the mail of an alias and keeps the time of its last use, even if activity is not recorded.

use app::{api::activity::Outcome, id::AliasId};
use sea_orm::{ConnectionTrait, Statement};
use time::OffsetDateTime;

use crate::store::StoreError;

/// The change that a message makes to an alias's row.
enum Change {
    Relayed,
    Used,
    Refused,
    Nothing,
}

/// Counts what became of a message.
pub(in crate::store) async fn count(
    db: &impl ConnectionTrait,
    alias: AliasId,
    outcome: Outcome,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let (sql, values) = match change(outcome) {
        Change::Relayed => (
            "UPDATE aliases SET relayed_count = relayed_count + 1, last_used_at = $1 WHERE id = $2",
            vec![now.unix_timestamp().into(), alias.0.into()],
        ),
        Change::Used => (
            "UPDATE aliases SET last_used_at = $1 WHERE id = $2",
            vec![now.unix_timestamp().into(), alias.0.into()],
        ),
        Change::Refused => (
            "UPDATE aliases SET refused_count = refused_count + 1 WHERE id = $1",
            vec![alias.0.into()],
        ),
        Change::Nothing => return Ok(()),
    };
    db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values))
        .await?;
    Ok(())
}

fn change(outcome: Outcome) -> Change {
    match outcome {
        Outcome::Sealed | Outcome::Relayed => Change::Relayed,
        Outcome::ThreadStarted | Outcome::ReplySent => Change::Used,
        Outcome::Refused | Outcome::Forged | Outcome::Dropped | Outcome::Blocked => Change::Refused,
        // A later outcome of a message, or no mail to the alias.
        Outcome::ReplyRefused
        | Outcome::Delivered
        | Outcome::Delayed
        | Outcome::Undeliverable
        | Outcome::Unsubscribed => Change::Nothing,
    }
}
