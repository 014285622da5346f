//! The queue's rows. A row is there from the moment a message is accepted until it was handed over or given up, and for
//! some days more without its message, so that a late bounce finds out what it is about.

use std::collections::HashSet;

use app::id::MailboxId;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Func, Query},
};
use time::{Duration, OffsetDateTime};

use super::{
    Store, StoreError,
    activity::{self, ActivityEvent},
    entity::{mailbox, queue},
};
use crate::vault::{Locked, Token};

/// How long an item that was handed over is remembered: providers give up after five days.
pub const REMEMBERED: Duration = Duration::days(10);

/// The row of a new item.
pub struct NewItem {
    /// Its name.
    pub token: Token,
    /// The recipient's domain.
    pub domain: String,
    /// Envelope and origin.
    pub context: Locked,
    /// The message.
    pub message: Locked,
    /// Length of the message.
    pub octets: u64,
    /// The mailbox whose mail it is; none for what is not remembered.
    pub mailbox: Option<MailboxId>,
}

/// An item that is to be tried, or that a bounce is about.
pub struct Item {
    /// Its name.
    pub token: Token,
    /// The recipient's domain.
    pub domain: String,
    /// Envelope and origin.
    pub context: Locked,
    /// Length of the message.
    pub octets: u64,
    /// Tries so far.
    pub attempts: u32,
    /// When it was accepted.
    pub created: OffsetDateTime,
}

/// Items that are not to be tried now.
#[derive(Clone, Debug, Default)]
pub struct Busy {
    /// Items that are being tried.
    pub tokens: HashSet<Token>,
    /// Domains that have as many connections as they may.
    pub domains: HashSet<String>,
}

/// How the queue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Depth {
    /// Items that wait.
    pub waiting: u64,
    /// When the oldest of them was accepted.
    pub oldest: Option<OffsetDateTime>,
}

impl Store {
    /// The items that may be tried now, the longest due first.
    pub async fn due(&self, now: OffsetDateTime, busy: &Busy, most: u64) -> Result<Vec<Item>, StoreError> {
        let rows = queue::Entity::find()
            .select_only()
            .columns([
                queue::Column::Token,
                queue::Column::Domain,
                queue::Column::Context,
                queue::Column::Octets,
                queue::Column::Attempts,
                queue::Column::CreatedAt,
            ])
            .filter(queue::Column::NextTryAt.lte(millis(now)))
            .filter(queue::Column::Token.is_not_in(busy.tokens.iter().map(|token| token.0.to_vec())))
            .filter(queue::Column::Domain.is_not_in(busy.domains.iter().cloned()))
            .order_by_asc(queue::Column::NextTryAt)
            .limit(most)
            .into_tuple()
            .all(&self.db)
            .await?;
        rows.into_iter().map(Item::of).collect()
    }

    /// When the next item that is not being tried may be tried.
    pub async fn next_due(&self, busy: &Busy) -> Result<Option<OffsetDateTime>, StoreError> {
        let next: Option<Option<i64>> = queue::Entity::find()
            .select_only()
            .expr(queue::Column::NextTryAt.min())
            .filter(queue::Column::NextTryAt.is_not_null())
            .filter(queue::Column::Token.is_not_in(busy.tokens.iter().map(|token| token.0.to_vec())))
            .filter(queue::Column::Domain.is_not_in(busy.domains.iter().cloned()))
            .into_tuple()
            .one(&self.db)
            .await?;
        next.flatten().map(from_millis).transpose()
    }

    /// The message of an item that was not handed over yet.
    pub async fn queued_message(&self, token: Token) -> Result<Option<Locked>, StoreError> {
        let row: Option<Option<Vec<u8>>> = queue::Entity::find_by_id(token.0.to_vec())
            .select_only()
            .column(queue::Column::Message)
            .into_tuple()
            .one(&self.db)
            .await?;
        Ok(row.flatten().map(Locked::from_stored))
    }

    /// An item that was handed over.
    pub async fn find_handed_over(&self, token: Token) -> Result<Option<Item>, StoreError> {
        let row = queue::Entity::find_by_id(token.0.to_vec())
            .select_only()
            .columns([
                queue::Column::Token,
                queue::Column::Domain,
                queue::Column::Context,
                queue::Column::Octets,
                queue::Column::Attempts,
                queue::Column::CreatedAt,
            ])
            .filter(queue::Column::NextTryAt.is_null())
            .into_tuple()
            .one(&self.db)
            .await?;
        row.map(Item::of).transpose()
    }

    /// Whether an item waits, or is being handed over at this moment.
    pub async fn is_waiting(&self, token: Token) -> Result<bool, StoreError> {
        let waiting = queue::Entity::find_by_id(token.0.to_vec())
            .filter(queue::Column::NextTryAt.is_not_null())
            .count(&self.db)
            .await?;
        Ok(waiting > 0)
    }

    /// The next hop has taken an item: its message goes, the rest is remembered for a bounce, unless its mailbox is gone.
    /// `event` is what the activity page says of it.
    pub async fn mark_handed_over(
        &self,
        token: Token,
        event: Option<ActivityEvent>,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let transaction = self.write().await?;
        queue::Entity::delete_many()
            .filter(queue::Column::Token.eq(token.0.to_vec()))
            .filter(without_mailbox())
            .exec(&transaction)
            .await?;
        queue::Entity::update_many()
            .col_expr(queue::Column::Message, Expr::value(None::<Vec<u8>>))
            .col_expr(queue::Column::NextTryAt, Expr::value(None::<i64>))
            .filter(queue::Column::Token.eq(token.0.to_vec()))
            .exec(&transaction)
            .await?;
        if let Some(event) = event {
            activity::insert(&transaction, event, now).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// An item is to be tried again. `event` is what the activity page says of it.
    pub async fn put_off(
        &self,
        token: Token,
        attempts: u32,
        until: OffsetDateTime,
        event: Option<ActivityEvent>,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let transaction = self.write().await?;
        queue::Entity::update_many()
            .col_expr(queue::Column::Attempts, Expr::value(attempts as i32))
            .col_expr(queue::Column::NextTryAt, Expr::value(millis(until)))
            .filter(queue::Column::Token.eq(token.0.to_vec()))
            .exec(&transaction)
            .await?;
        if let Some(event) = event {
            activity::insert(&transaction, event, now).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Makes every waiting item due, for example when the next hop can be reached again.
    pub async fn make_all_due(&self, now: OffsetDateTime) -> Result<(), StoreError> {
        queue::Entity::update_many()
            .col_expr(queue::Column::NextTryAt, Expr::value(millis(now)))
            .filter(queue::Column::NextTryAt.gt(millis(now)))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// How the queue stands.
    pub async fn depth(&self) -> Result<Depth, StoreError> {
        let row: Option<(i64, Option<i64>)> = queue::Entity::find()
            .select_only()
            .expr(Func::count(Expr::col(queue::Column::Token)))
            .expr(queue::Column::CreatedAt.min())
            .filter(queue::Column::NextTryAt.is_not_null())
            .into_tuple()
            .one(&self.db)
            .await?;
        let (waiting, oldest) = row.unwrap_or_default();
        Ok(Depth {
            waiting: u64::try_from(waiting).unwrap_or_default(),
            oldest: oldest.map(from_millis).transpose()?,
        })
    }
}

impl Item {
    fn of(row: (Vec<u8>, String, Vec<u8>, i64, i32, i64)) -> Result<Self, StoreError> {
        let (token, domain, context, octets, attempts, created) = row;
        let token = <[u8; 16]>::try_from(token).map_err(|_| StoreError::Damaged("queue token"))?;
        Ok(Self {
            token: Token(token),
            domain,
            context: Locked::from_stored(context),
            octets: u64::try_from(octets).unwrap_or_default(),
            attempts: u32::try_from(attempts).unwrap_or_default(),
            created: from_millis(created)?,
        })
    }
}

pub(super) async fn insert(db: &impl ConnectionTrait, item: NewItem, now: OffsetDateTime) -> Result<(), StoreError> {
    let row = queue::ActiveModel {
        token: Set(item.token.0.to_vec()),
        domain: Set(item.domain),
        context: Set(item.context.into_bytes()),
        message: Set(Some(item.message.into_bytes())),
        octets: Set(i64::try_from(item.octets).unwrap_or(i64::MAX)),
        attempts: Set(0),
        next_try_at: Set(Some(millis(now))),
        created_at: Set(millis(now)),
        mailbox_id: Set(item.mailbox.map(|mailbox| mailbox.0)),
    };
    queue::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

pub(super) async fn remove(db: &impl ConnectionTrait, token: Token) -> Result<(), StoreError> {
    let removed = queue::Entity::delete_by_id(token.0.to_vec()).exec(db).await?;
    match removed.rows_affected {
        0 => Err(StoreError::Gone),
        _ => Ok(()),
    }
}

pub(super) async fn forget_handed_over(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<(), StoreError> {
    queue::Entity::delete_many()
        .filter(queue::Column::NextTryAt.is_null())
        .filter(
            Condition::any()
                .add(queue::Column::CreatedAt.lte(millis(now - REMEMBERED)))
                // Handed over at the very moment that the mailbox went.
                .add(without_mailbox()),
        )
        .exec(db)
        .await?;
    Ok(())
}

/// Forgets what was handed over of mailboxes that are gone. What waits still goes out.
pub(super) async fn forget_mailboxes(db: &impl ConnectionTrait, gone: Vec<i64>) -> Result<(), StoreError> {
    queue::Entity::delete_many()
        .filter(queue::Column::NextTryAt.is_null())
        .filter(queue::Column::MailboxId.is_in(gone))
        .exec(db)
        .await?;
    Ok(())
}

/// Items of a mailbox that is gone.
fn without_mailbox() -> Condition {
    let there = Query::select()
        .column(mailbox::Column::Id)
        .from(mailbox::Entity)
        .to_owned();
    Condition::all()
        .add(queue::Column::MailboxId.is_not_null())
        .add(queue::Column::MailboxId.not_in_subquery(there))
}

fn millis(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

fn from_millis(millis: i64) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).map_err(|_| StoreError::Damaged("time"))
}
