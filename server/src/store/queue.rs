//! The queue's rows. A row is there from the moment a message is accepted until it was handed over or given up, and for
//! some days more without its message, so that a late bounce finds out what it is about.

use std::collections::HashSet;

use app::id::{AccountId, MailboxId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, Func, Query},
};
use time::{Duration, OffsetDateTime};

use super::{
    Store, StoreError,
    activity::ActivityEvent,
    entity::{mailbox, queue},
    lease::Lease,
    pieces::{self, PIECE},
};
use crate::vault::{Locked, Token};

/// How long an item that was handed over is remembered: providers give up after five days.
pub const REMEMBERED: Duration = Duration::days(10);

/// The row of a new item.
#[derive(Clone)]
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
    /// Whether the process that stores it has the first lease, as it delivers the item itself.
    pub held: bool,
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
    /// The mailbox whose mail it is, if any.
    pub mailbox: Option<MailboxId>,
    /// Its message, if it need not be read from the database.
    pub message: Option<Locked>,
}

/// The outcome of a delivery.
#[derive(Clone)]
pub struct Settled {
    /// The item.
    pub token: Token,
    /// Its new state.
    pub state: State,
    /// The line on the activity page.
    pub event: Option<ActivityEvent>,
    /// When this happened.
    pub now: OffsetDateTime,
}

/// The state of an item after a delivery.
#[derive(Clone, Copy)]
pub enum State {
    /// The next hop has taken it: its message goes, the rest is remembered for a bounce, unless its mailbox is gone.
    HandedOver,
    /// It is to be tried again.
    PutOff {
        /// Tries so far.
        attempts: u32,
        /// When it is due.
        until: OffsetDateTime,
    },
}

/// Items that are not to be tried now.
#[derive(Clone, Debug, Default)]
pub struct Busy {
    /// Items that this process delivers at this moment.
    pub tokens: HashSet<Token>,
    /// Domains that have as many deliveries as they may.
    pub domains: HashSet<String>,
    /// Accounts whose mail has as many.
    pub accounts: HashSet<AccountId>,
    /// Whether the mail of no account has as many.
    pub others: bool,
}

impl Busy {
    /// Whether no domain and no account is left alone.
    pub fn is_empty(&self) -> bool {
        self.domains.is_empty() && self.accounts.is_empty() && !self.others
    }

    /// The items that are not to be left alone for their domain or account.
    pub(super) fn is_free(&self) -> Condition {
        let mailboxes = |of: Condition| {
            Query::select()
                .column(mailbox::Column::Id)
                .from(mailbox::Entity)
                .cond_where(of)
                .to_owned()
        };
        let mut free = Condition::all().add(queue::Column::Domain.is_not_in(self.domains.iter().cloned()));
        if !self.accounts.is_empty() {
            let accounts = self.accounts.iter().map(|account| account.0);
            let busy = mailboxes(Condition::all().add(mailbox::Column::AccountId.is_in(accounts)));
            free = free.add(
                queue::Column::MailboxId
                    .is_null()
                    .or(queue::Column::MailboxId.not_in_subquery(busy)),
            );
        }
        if self.others {
            free = free.add(queue::Column::MailboxId.in_subquery(mailboxes(Condition::all())));
        }
        free
    }
}

/// How the queue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Depth {
    /// Items that wait.
    pub waiting: u64,
    /// Those of them that a process has now, to deliver them.
    pub leased: u64,
    /// When the oldest of them was accepted.
    pub oldest: Option<OffsetDateTime>,
}

impl Store {
    /// When the next item may be tried, or its lease ends.
    pub async fn next_due(&self, busy: &Busy) -> Result<Option<OffsetDateTime>, StoreError> {
        let next: Option<Option<i64>> = queue::Entity::find()
            .select_only()
            .expr(queue::Column::NextTryAt.min())
            .filter(queue::Column::NextTryAt.is_not_null())
            .filter(busy.is_free())
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
        match row {
            None => Ok(None),
            Some(Some(message)) => Ok(Some(Locked::from_stored(message))),
            Some(None) => pieces::read(&self.db, token).await,
        }
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
                queue::Column::MailboxId,
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

    /// Makes every waiting item due that nobody has leased, for example when the next hop can be reached again.
    pub async fn make_all_due(&self, now: OffsetDateTime) -> Result<(), StoreError> {
        queue::Entity::update_many()
            .col_expr(queue::Column::NextTryAt, Expr::value(millis(now)))
            .filter(queue::Column::NextTryAt.gt(millis(now)))
            .filter(queue::Column::LeasedBy.is_null())
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// How the queue stands.
    pub async fn depth(&self) -> Result<Depth, StoreError> {
        depth(&self.db).await
    }
}

/// How the queue of a database stands.
pub(super) async fn depth(db: &impl ConnectionTrait) -> Result<Depth, StoreError> {
    let row: Option<(i64, i64, Option<i64>)> = queue::Entity::find()
        .select_only()
        .expr(Func::count(Expr::col(queue::Column::Token)))
        .expr(Func::count(Expr::col(queue::Column::LeasedBy)))
        .expr(queue::Column::CreatedAt.min())
        .filter(queue::Column::NextTryAt.is_not_null())
        .into_tuple()
        .one(db)
        .await?;
    let (waiting, leased, oldest) = row.unwrap_or_default();
    Ok(Depth {
        waiting: u64::try_from(waiting).unwrap_or_default(),
        leased: u64::try_from(leased).unwrap_or_default(),
        oldest: oldest.map(from_millis).transpose()?,
    })
}

impl Item {
    pub(super) fn of(row: (Vec<u8>, String, Vec<u8>, i64, i32, i64, Option<i64>)) -> Result<Self, StoreError> {
        let (token, domain, context, octets, attempts, created, mailbox) = row;
        let token = <[u8; 16]>::try_from(token).map_err(|_| StoreError::Damaged("queue token"))?;
        Ok(Self {
            token: Token(token),
            domain,
            context: Locked::from_stored(context),
            octets: u64::try_from(octets).unwrap_or_default(),
            attempts: u32::try_from(attempts).unwrap_or_default(),
            created: from_millis(created)?,
            mailbox: mailbox.map(MailboxId),
            message: None,
        })
    }
}

pub(super) async fn insert_all(
    db: &impl ConnectionTrait,
    lease: Lease,
    items: Vec<(NewItem, OffsetDateTime)>,
) -> Result<(), StoreError> {
    if items.is_empty() {
        return Ok(());
    }
    let is_long = |item: &NewItem| item.message.as_bytes().len() > PIECE;
    let long = items.iter().filter(|(item, _)| is_long(item));
    let long: Vec<_> = long.map(|(item, _)| (item.token, item.message.clone())).collect();
    let rows = items.into_iter().map(|(item, now)| queue::ActiveModel {
        message: Set((!is_long(&item)).then(|| item.message.into_bytes())),
        token: Set(item.token.0.to_vec()),
        domain: Set(item.domain),
        context: Set(item.context.into_bytes()),
        octets: Set(i64::try_from(item.octets).unwrap_or(i64::MAX)),
        attempts: Set(0),
        next_try_at: Set(Some(millis(if item.held { now + lease.lasts } else { now }))),
        created_at: Set(millis(now)),
        mailbox_id: Set(item.mailbox.map(|mailbox| mailbox.0)),
        leased_by: Set(item.held.then_some(lease.holder)),
    });
    queue::Entity::insert_many(rows).exec_without_returning(db).await?;
    for (token, message) in long {
        pieces::insert(db, token, &message).await?;
    }
    Ok(())
}

/// [`StoreError::Gone`] if it is not there any more, or another process has it now.
pub(super) async fn remove(db: &impl ConnectionTrait, lease: Lease, token: Token) -> Result<(), StoreError> {
    let removed = queue::Entity::delete_by_id(token.0.to_vec())
        .filter(not_leased_by_others(lease))
        .exec(db)
        .await?;
    match removed.rows_affected {
        0 => Err(StoreError::Gone),
        _ => Ok(()),
    }
}

/// Stores the outcomes of deliveries. Those that were handed over need no lease: whoever delivers them once more is told by the
/// row that they went. One that another process has now is not put off.
pub(super) async fn settle_all(
    db: &impl ConnectionTrait,
    lease: Lease,
    settled: Vec<Settled>,
) -> Result<(), StoreError> {
    let mut handed_over = Vec::new();
    for each in settled {
        match each.state {
            State::HandedOver => handed_over.push(each.token.0.to_vec()),
            State::PutOff { attempts, until } => {
                queue::Entity::update_many()
                    .col_expr(queue::Column::Attempts, Expr::value(attempts as i32))
                    .col_expr(queue::Column::NextTryAt, Expr::value(millis(until)))
                    .col_expr(queue::Column::LeasedBy, Expr::value(None::<i64>))
                    .filter(queue::Column::Token.eq(each.token.0.to_vec()))
                    .filter(queue::Column::NextTryAt.is_not_null())
                    .filter(not_leased_by_others(lease))
                    .exec(db)
                    .await?;
            }
        }
    }
    if handed_over.is_empty() {
        return Ok(());
    }
    queue::Entity::delete_many()
        .filter(queue::Column::Token.is_in(handed_over.iter().cloned()))
        .filter(without_mailbox())
        .exec(db)
        .await?;
    pieces::remove(db, handed_over.clone()).await?;
    queue::Entity::update_many()
        .col_expr(queue::Column::Message, Expr::value(None::<Vec<u8>>))
        .col_expr(queue::Column::NextTryAt, Expr::value(None::<i64>))
        .col_expr(queue::Column::LeasedBy, Expr::value(None::<i64>))
        .filter(queue::Column::Token.is_in(handed_over))
        .exec(db)
        .await?;
    Ok(())
}

fn not_leased_by_others(lease: Lease) -> Condition {
    Condition::any()
        .add(queue::Column::LeasedBy.is_null())
        .add(queue::Column::LeasedBy.eq(lease.holder))
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

pub(super) fn millis(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

pub(super) fn from_millis(millis: i64) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).map_err(|_| StoreError::Damaged("time"))
}
