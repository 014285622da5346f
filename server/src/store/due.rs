//! Leases due items of the queue to this process, and renews and ends its leases.

use std::collections::HashSet;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query},
};
use time::{Duration, OffsetDateTime};

use super::{
    Store, StoreError,
    entity::queue,
    listen,
    queue::{Busy, Item, millis},
};
use crate::vault::{Locked, Token};

impl Store {
    /// Leases items that may be tried now, the longest due first. Short messages are read with them.
    pub async fn lease_due(&self, now: OffsetDateTime, busy: &Busy, most: u64) -> Result<Vec<Item>, StoreError> {
        let mut due = Query::select();
        due.column(queue::Column::Token)
            .from(queue::Entity)
            .and_where(queue::Column::NextTryAt.lte(millis(now)))
            .and_where(queue::Column::Token.is_not_in(busy.tokens.iter().map(|token| token.0.to_vec())))
            .cond_where(busy.is_free())
            .order_by(queue::Column::NextTryAt, sea_orm::Order::Asc)
            .limit(most);
        if self.db.get_database_backend() == DbBackend::Postgres {
            // Another process that leases at this moment takes those behind.
            due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        }
        let mut claim = Query::update();
        claim
            .table(queue::Entity)
            .value(queue::Column::NextTryAt, millis(now + self.lease.lasts))
            .value(queue::Column::LeasedBy, self.lease.holder)
            .and_where(Expr::col(queue::Column::Token).in_subquery(due))
            .returning(
                Query::returning().exprs([
                    Expr::col(queue::Column::Token),
                    Expr::col(queue::Column::Domain),
                    Expr::col(queue::Column::Context),
                    Expr::col(queue::Column::Octets),
                    Expr::col(queue::Column::Attempts),
                    Expr::col(queue::Column::CreatedAt),
                    Expr::col(queue::Column::MailboxId),
                    Expr::case(
                        Expr::col(queue::Column::Octets).lte(READ_AT_ONCE),
                        Expr::col(queue::Column::Message),
                    )
                    .finally(Expr::value(None::<Vec<u8>>))
                    .into(),
                ]),
            );
        let rows = self.db.query_all(&claim).await?;
        let items = rows.into_iter().map(|row| {
            let (token, domain, context, octets, attempts, created, mailbox, message) = row.try_get_many_by_index()?;
            let item = Item::of((token, domain, context, octets, attempts, created, mailbox))?;
            let message: Option<Vec<u8>> = message;
            Ok(Item {
                message: message.map(Locked::from_stored),
                ..item
            })
        });
        let mut items = items.collect::<Result<Vec<_>, StoreError>>()?;
        items.sort_by_key(|item| item.created);
        Ok(items)
    }

    /// Renews the leases of some items, and returns those that it has renewed. One that ended meanwhile and was taken by another
    /// process stays there.
    pub async fn renew_leases(&self, tokens: &[Token], now: OffsetDateTime) -> Result<HashSet<Token>, StoreError> {
        self.set_leases(tokens, Some(self.lease.holder), now + self.lease.lasts)
            .await
    }

    /// Gives back the leases of items that are not delivered now after all, and tells other processes.
    pub async fn end_leases(&self, tokens: &[Token], now: OffsetDateTime) -> Result<(), StoreError> {
        self.set_leases(tokens, None, now).await?;
        Ok(listen::announce_item(self.db.connections()).await?)
    }

    async fn set_leases(
        &self,
        tokens: &[Token],
        holder: Option<i64>,
        until: OffsetDateTime,
    ) -> Result<HashSet<Token>, StoreError> {
        let mut set = HashSet::new();
        for tokens in tokens.chunks(AT_ONCE) {
            let mut update = Query::update();
            update
                .table(queue::Entity)
                .value(queue::Column::NextTryAt, millis(until))
                .value(queue::Column::LeasedBy, holder)
                .and_where(queue::Column::Token.is_in(tokens.iter().map(|token| token.0.to_vec())))
                .and_where(queue::Column::NextTryAt.is_not_null())
                .and_where(queue::Column::LeasedBy.eq(self.lease.holder))
                .returning_col(queue::Column::Token);
            for row in self.db.query_all(&update).await? {
                let token: Vec<u8> = row.try_get_by_index(0).map_err(StoreError::from)?;
                set.insert(Token(token.try_into().map_err(|_| StoreError::Damaged("queue token"))?));
            }
        }
        Ok(set)
    }

    /// Ends the leases of a process that died, where only one process can use the database: on SQLite.
    pub async fn end_leases_of_the_dead(&self, now: OffsetDateTime) -> Result<(), StoreError> {
        if self.db.get_database_backend() != DbBackend::Sqlite {
            return Ok(());
        }
        queue::Entity::update_many()
            .col_expr(queue::Column::NextTryAt, Expr::value(millis(now)))
            .col_expr(queue::Column::LeasedBy, Expr::value(None::<i64>))
            .filter(queue::Column::LeasedBy.is_not_null())
            .filter(queue::Column::LeasedBy.ne(self.lease.holder))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Makes items due that wait longer than any item may, whoever holds them: their times were written while the clock was ahead.
    /// Returns how many.
    pub async fn call_back(&self, longest: Duration, now: OffsetDateTime) -> Result<u64, StoreError> {
        let called = queue::Entity::update_many()
            .col_expr(queue::Column::NextTryAt, Expr::value(millis(now)))
            .col_expr(queue::Column::LeasedBy, Expr::value(None::<i64>))
            .filter(queue::Column::NextTryAt.gt(millis(now + longest)))
            .exec(&self.db)
            .await?;
        if called.rows_affected > 0 {
            listen::announce_item(self.db.connections()).await?;
        }
        Ok(called.rows_affected)
    }

    /// How long a lease lasts.
    pub fn lease_time(&self) -> Duration {
        self.lease.lasts
    }
}

/// The longest message that is read when its item is leased, so that a hundred take a few megabytes.
const READ_AT_ONCE: i64 = 64 << 10;

/// Leases that are changed in one statement. SQLite takes 32,766 values.
const AT_ONCE: usize = 1000;
