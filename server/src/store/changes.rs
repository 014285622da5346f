//! Writes to the database in turns, and tells caches when something that they hold may have changed.
//!
//! A cache may hold what it read until somebody changes it. Whoever changes it has no answer before all caches of this process have
//! forgotten it; on PostgreSQL those of other processes are told by NOTIFY when the transaction commits ([`super::listen`]).
//!
//! - A transaction of [`super::Store::write`] counts as a change whatever it does.
//! - A single statement counts if its table is one that caches read from ([`CACHED`]).
//! - What mail itself writes (queue, counts, times of last use, new contacts) changes nothing that a cache holds, and goes
//!   through [`super::Store::write_quietly`].

use std::sync::{
    Arc, Mutex, PoisonError, Weak,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use tokio::sync::OwnedMutexGuard;

/// The channel on which processes tell each other of changes.
pub(super) const CHANNEL: &str = "sealpost_changed";

/// Tables that caches read from. Deleting an account deletes its rows in the others.
const CACHED: [&str; 8] = [
    "accounts",
    "account_limits",
    "live_settings",
    "mailboxes",
    "aliases",
    "profiles",
    "contacts",
    "correspondents",
];

/// Tables of which caches hold only rows that are there, under keys that are never used again: a new row changes nothing.
const GROWING: [&str; 2] = ["contacts", "correspondents"];

/// Something that holds what was read.
pub(super) trait Forget: Send + Sync {
    /// Forgets all of it.
    fn forget(&self);
}

/// Counts changes, and knows who must hear of them.
#[derive(Default)]
pub(super) struct Changes {
    count: AtomicU64,
    is_deaf: AtomicBool,
    caches: Mutex<Vec<Weak<dyn Forget>>>,
}

impl Changes {
    /// The number of changes so far. What was read before the latest of them must not be kept.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Acquire)
    }

    /// Whether changes by other processes cannot be heard now, so that nothing may be kept.
    pub fn is_deaf(&self) -> bool {
        self.is_deaf.load(Ordering::Acquire)
    }

    /// Notes whether changes by other processes can be heard.
    pub fn set_deaf(&self, is_deaf: bool) {
        self.is_deaf.store(is_deaf, Ordering::Release);
        self.announce();
    }

    /// Makes all caches forget.
    pub fn announce(&self) {
        self.count.fetch_add(1, Ordering::AcqRel);
        let mut caches = self.caches.lock().unwrap_or_else(PoisonError::into_inner);
        caches.retain(|cache| cache.upgrade().inspect(|cache| cache.forget()).is_some());
    }

    /// Registers a cache.
    pub fn tell(&self, cache: Weak<dyn Forget>) {
        let mut caches = self.caches.lock().unwrap_or_else(PoisonError::into_inner);
        caches.push(cache);
    }
}

/// The database for single statements.
#[derive(Clone)]
pub(super) struct Database {
    connections: DatabaseConnection,
    changes: Arc<Changes>,
    /// SQLite has one writer at a time, and lets the others try again and again without an order. Here they queue.
    turn: Option<Arc<tokio::sync::Mutex<()>>>,
}

/// A transaction that writes, and the turn to do so.
pub(super) struct WriteTransaction {
    transaction: DatabaseTransaction,
    changes: Option<Arc<Changes>>,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Database {
    pub fn new(connections: DatabaseConnection) -> Self {
        let is_sqlite = connections.get_database_backend() == DbBackend::Sqlite;
        Self {
            connections,
            changes: Arc::default(),
            turn: is_sqlite.then(Arc::default),
        }
    }

    pub fn changes(&self) -> &Arc<Changes> {
        &self.changes
    }

    /// The connections themselves, for what is neither a statement nor a transaction.
    pub fn connections(&self) -> &DatabaseConnection {
        &self.connections
    }

    pub async fn ping(&self) -> Result<(), DbErr> {
        self.connections.ping().await
    }

    /// A transaction that will write. Its end is a change, unless it is `quiet`.
    pub async fn begin(&self, quiet: bool) -> Result<WriteTransaction, DbErr> {
        let turn = self.turn().await;
        // SQLite takes the write lock at once: a read lock that is to become one later fails when somebody else wrote in
        // between, however long it waits.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(WriteTransaction {
            transaction: self.connections.begin_with_options(options).await?,
            changes: (!quiet).then(|| Arc::clone(&self.changes)),
            _turn: turn,
        })
    }

    async fn turn(&self) -> Option<OwnedMutexGuard<()>> {
        match &self.turn {
            Some(turn) => Some(Arc::clone(turn).lock_owned().await),
            None => None,
        }
    }
}

/// Runs one statement: at once if it reads, in its turn if it writes, and in a transaction of its own if caches must hear of it.
macro_rules! run {
    ($self:ident, $sql:expr, $method:ident($statement:expr)) => {
        match Kind::of($sql) {
            Kind::Read => $self.connections.$method($statement).await,
            Kind::Quiet => {
                let _turn = $self.turn().await;
                $self.connections.$method($statement).await
            }
            Kind::Change => {
                let transaction = $self.begin(false).await?;
                let result = transaction.$method($statement).await?;
                transaction.commit().await?;
                Ok(result)
            }
        }
    };
}

#[async_trait]
impl ConnectionTrait for Database {
    fn get_database_backend(&self) -> DbBackend {
        self.connections.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        run!(self, &statement.sql, execute_raw(statement))
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        run!(self, sql, execute_unprepared(sql))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        run!(self, &statement.sql, query_one_raw(statement))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        run!(self, &statement.sql, query_all_raw(statement))
    }
}

impl WriteTransaction {
    /// Makes all of it last. When this returns, no cache of this process holds what was changed.
    pub async fn commit(self) -> Result<(), DbErr> {
        if self.changes.is_none() {
            return self.transaction.commit().await;
        }
        if self.transaction.get_database_backend() == DbBackend::Postgres {
            self.transaction
                .execute_unprepared(&format!("NOTIFY {CHANNEL}"))
                .await?;
        }
        // In a task of its own: a caller that goes away, as a browser does, must not take the announcement with it.
        let committing = tokio::spawn(self.commit_and_announce());
        let committed = committing.await;
        committed.unwrap_or_else(|fault| Err(DbErr::Custom(format!("the commit ended early: {fault}"))))
    }

    async fn commit_and_announce(self) -> Result<(), DbErr> {
        let committed = self.transaction.commit().await;
        // Also after an error: a lost connection does not tell whether the commit arrived.
        if let Some(changes) = self.changes {
            changes.announce();
        }
        committed
    }

    /// Undoes all of it.
    pub async fn rollback(self) -> Result<(), DbErr> {
        self.transaction.rollback().await
    }
}

impl std::ops::Deref for WriteTransaction {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.transaction
    }
}

#[async_trait]
impl ConnectionTrait for WriteTransaction {
    fn get_database_backend(&self) -> DbBackend {
        self.transaction.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.transaction.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.transaction.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.transaction.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.transaction.query_all_raw(statement).await
    }
}

/// A statement, by its meaning for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Changes nothing.
    Read,
    /// Changes nothing that caches hold.
    Quiet,
    /// Changes something that caches hold, as everything does that is not known to be harmless.
    Change,
}

impl Kind {
    fn of(sql: &str) -> Self {
        // A PRAGMA must not run within a transaction.
        if ["SELECT ", "PRAGMA "].iter().any(|verb| sql.starts_with(verb)) {
            return Self::Read;
        }
        let verbs = ["INSERT INTO ", "UPDATE ", "DELETE FROM "];
        let Some((verb, rest)) = verbs.iter().find_map(|verb| Some((*verb, sql.strip_prefix(verb)?))) else {
            return Self::Change;
        };
        let table = rest.split([' ', '(']).next().unwrap_or_default().trim_matches('"');
        let is_new = verb == verbs[0] && GROWING.contains(&table);
        match CACHED.contains(&table) && !is_new {
            true => Self::Change,
            false => Self::Quiet,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[tokio::test]
    async fn a_commit_is_announced_though_nobody_waits_for_it() {
        let store = Store::connect("sqlite::memory:").await.unwrap();
        let transaction = store.write().await.unwrap();
        let before = store.changes();
        let mut commit = Box::pin(transaction.commit());
        assert!(futures::poll!(commit.as_mut()).is_pending());
        drop(commit);
        // The next one gets its turn when this one has ended.
        store.write().await.unwrap().rollback().await.unwrap();
        assert_eq!(store.changes(), before + 1);
    }

    #[test]
    fn a_statement_counts_by_its_table() {
        for (sql, expected) in [
            ("SELECT * FROM \"aliases\"", Kind::Read),
            ("UPDATE \"aliases\" SET \"enabled\" = ? WHERE \"id\" = ?", Kind::Change),
            ("DELETE FROM accounts WHERE id = 1", Kind::Change),
            ("DELETE FROM \"contacts\" WHERE \"id\" = ?", Kind::Change),
            ("INSERT INTO \"mailboxes\" (\"id\") VALUES (?)", Kind::Change),
            ("INSERT INTO \"contacts\" (\"id\") VALUES (?)", Kind::Quiet),
            ("INSERT INTO activity (alias_id) SELECT id FROM aliases", Kind::Quiet),
            ("UPDATE \"sessions\" SET \"last_seen_at\" = ?", Kind::Quiet),
            (
                "DELETE FROM key_pool WHERE id = (SELECT MIN(id) FROM key_pool) RETURNING key",
                Kind::Quiet,
            ),
            ("WITH old AS (SELECT 1) DELETE FROM \"sessions\"", Kind::Change),
            ("TRUNCATE profiles", Kind::Change),
        ] {
            assert_eq!(Kind::of(sql), expected, "{sql}");
        }
    }
}
