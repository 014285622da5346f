//! The queue as its operator sees it: sizes and times, no addresses; and the operator's changes of it.

use app::id::{AccountId, MailboxId};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr};
use time::OffsetDateTime;

use super::{
    Store, StoreError,
    entity::queue,
    operator::{Act, Action, note},
    queue::{from_millis, millis},
    stored::mailboxes_of,
};
use crate::vault::Token;

/// A message that waits for delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its name.
    pub token: Token,
    /// Its length.
    pub octets: u64,
    /// Tries so far.
    pub attempts: u32,
    /// When it was accepted.
    pub accepted: OffsetDateTime,
    /// When it is tried next. While a process delivers it, when the lease of that process ends.
    pub next_try: OffsetDateTime,
    /// Whether a process delivers it now.
    pub leased: bool,
    /// Whose mail it is; nobody's if it is the relay's own, or if the account is gone.
    pub account: Option<AccountId>,
}

type Row = (Vec<u8>, i64, i32, i64, i64, Option<i64>, Option<i64>);

impl Store {
    /// Returns the messages that wait, the oldest first. Leaves out the first `skipped`, and returns `most` at most.
    pub async fn waiting(&self, skipped: u64, most: u64, now: OffsetDateTime) -> Result<Vec<Waiting>, StoreError> {
        let rows: Vec<Row> = find_waiting()
            .order_by_asc(queue::Column::CreatedAt)
            // Many are accepted in one millisecond.
            .order_by_asc(queue::Column::Token)
            .offset(skipped)
            .limit(most)
            .into_tuple()
            .all(&self.db)
            .await?;
        let mut waiting = Vec::with_capacity(rows.len());
        for row in rows {
            waiting.push(self.read_waiting(row, now).await?);
        }
        Ok(waiting)
    }

    /// Returns a message that waits. `None` if there is none of this name.
    pub async fn waiting_message(&self, token: Token, now: OffsetDateTime) -> Result<Option<Waiting>, StoreError> {
        let row: Option<Row> = find_waiting()
            .filter(queue::Column::Token.eq(token.0.to_vec()))
            .into_tuple()
            .one(&self.db)
            .await?;
        match row {
            Some(row) => self.read_waiting(row, now).await.map(Some),
            None => Ok(None),
        }
    }

    async fn read_waiting(&self, row: Row, now: OffsetDateTime) -> Result<Waiting, StoreError> {
        let (token, octets, attempts, accepted, next_try, leased_by, mailbox) = row;
        Ok(Waiting {
            token: Token(token.try_into().map_err(|_| StoreError::Damaged("queue token"))?),
            octets: u64::try_from(octets).unwrap_or_default(),
            attempts: u32::try_from(attempts).unwrap_or_default(),
            accepted: from_millis(accepted)?,
            next_try: from_millis(next_try)?,
            leased: leased_by.is_some() && next_try > millis(now),
            account: match mailbox {
                Some(mailbox) => self.account_of(MailboxId(mailbox)).await?,
                None => None,
            },
        })
    }

    /// Makes a waiting message due now. Returns `false` if it does not wait, or if a process delivers it at this moment.
    pub async fn make_due(&self, token: Token, now: OffsetDateTime) -> Result<bool, StoreError> {
        let changed = queue::Entity::update_many()
            .col_expr(queue::Column::NextTryAt, Expr::value(millis(now)))
            .filter(queue::Column::Token.eq(token.0.to_vec()))
            .filter(queue::Column::NextTryAt.is_not_null())
            .filter(is_free(now))
            .exec(&self.db)
            .await?;
        Ok(changed.rows_affected == 1)
    }

    /// Deletes a waiting message, of which nobody is told. Returns `false` if it does not wait, or if a process delivers it at
    /// this moment.
    pub async fn drop_waiting(&self, token: Token, act: Act) -> Result<bool, StoreError> {
        let transaction = self.write_quietly().await?;
        let deleted = queue::Entity::delete_by_id(token.0.to_vec())
            .filter(queue::Column::NextTryAt.is_not_null())
            .filter(is_free(act.at()))
            .exec(&transaction)
            .await?;
        if deleted.rows_affected == 0 {
            return Ok(false);
        }
        note(&transaction, Action::MessageDropped, hex::encode(token.0), act).await?;
        transaction.commit().await?;
        self.scrub().await;
        Ok(true)
    }

    /// Deletes all waiting messages of an account, in and out, of which nobody is told, and returns how many. Those that a process
    /// delivers at this moment stay.
    pub async fn drop_waiting_of(&self, account: AccountId, act: Act) -> Result<u64, StoreError> {
        let transaction = self.write_quietly().await?;
        let deleted = queue::Entity::delete_many()
            .filter(queue::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .filter(queue::Column::NextTryAt.is_not_null())
            .filter(is_free(act.at()))
            .exec(&transaction)
            .await?;
        note(&transaction, Action::MessagesDropped, account.0.to_string(), act).await?;
        transaction.commit().await?;
        self.scrub().await;
        Ok(deleted.rows_affected)
    }
}

fn find_waiting() -> Select<queue::Entity> {
    queue::Entity::find()
        .select_only()
        .columns([
            queue::Column::Token,
            queue::Column::Octets,
            queue::Column::Attempts,
            queue::Column::CreatedAt,
            queue::Column::NextTryAt,
            queue::Column::LeasedBy,
            queue::Column::MailboxId,
        ])
        .filter(queue::Column::NextTryAt.is_not_null())
}

/// No process delivers it: it has no lease, or that of a process that died has ended.
pub(super) fn is_free(now: OffsetDateTime) -> Condition {
    Condition::any()
        .add(queue::Column::LeasedBy.is_null())
        .add(queue::Column::NextTryAt.lte(millis(now)))
}
