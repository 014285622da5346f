//! Reads and writes the database; no other module knows SQL or sea-orm.
//!
//! Rows do not leave it. Every question that a person asks names the account, which is part of the condition: what belongs to another
//! account does not exist.
//!
//! - **One transaction** ([`accepted`]): items of the queue, identifiers, marks, contacts and activity of an accepted message. If keys
//!   are removed while a message is sealed with them, [`Store::accept`] notices and the sender gets 451; the next try has new keys.
//! - **Moving an alias** ([`move_alias`]). Contacts, relay addresses, message ids and activity belong to the alias and come along.
//!   Profiles, contacts' keys under them, kill switch, marks of sent replies and the count of failures belong to the mailbox and
//!   stay. Items of the queue have their recipient, and go where they were sealed for.
//! - **Clean-up** (each hour). [`Store::remove_unused_keys`] takes the keys of contacts that were never answered and wrote
//!   nothing for `SEALPOST_CONTACT_KEY_DAYS`. The contact, its relay address and a block stay, and `contacts.keys_removed_at` says
//!   why an answer to an old message does not open. Contacts from before that column count as answered.
//! - **Activity** ([`activity`]): [`Store::record`] writes time, outcome and size in one statement that looks at the alias's switch
//!   itself; there is no column for anything else. That it fails never stops mail. Rows go after 30 days, those beyond 10,000 of
//!   an alias with the next clean-up, and all of them when the switch is turned off. The counts of relayed and not relayed messages stand
//!   with the alias, and are kept whether activity is on or not.
//! - **Main domain**: an alias under it is stored without a domain, so that the main domain may be renamed.
//! - **Deletion** on SQLite uses `secure_delete` and empties the write-ahead log; on PostgreSQL the next vacuum overwrites the bytes.

pub mod accepted;
pub mod account;
mod account_limits;
pub mod account_summary;
pub mod activation;
pub mod activity;
pub mod alias;
pub mod api_key;
pub mod attempt;
mod batch;
mod cache;
mod cached;
mod changes;
mod checklist;
mod claim;
pub mod clock_mark;
pub mod code;
mod connection;
pub mod contact;
pub mod copy;
pub mod correspondence;
mod counts;
mod data;
pub mod database_kind;
pub mod domain_use;
mod due;
mod entity;
pub mod half_session;
mod housekeeping;
mod inspection;
pub mod invitation;
mod key_check;
pub mod keys;
mod language;
pub mod lease;
mod link;
pub mod linked_identity;
mod listen;
pub mod live_settings;
pub mod mailbox;
pub mod mailbox_route;
mod migration;
pub mod move_alias;
pub mod new_contact;
pub mod one_time_password;
mod open;
pub mod operator;
mod operator_mail;
pub mod passkey;
pub mod password;
mod pieces;
mod pool;
pub mod profile;
mod profile_name;
mod profile_settings;
pub mod profile_state;
pub mod queue;
pub mod queue_summary;
pub mod recovery_code;
pub mod reminder;
pub mod rewrap;
pub mod rotation;
pub mod round_trip;
pub mod route;
pub mod session;
pub mod stored;
pub mod test_code;
pub mod test_message;
mod writer;

pub use account::AccountId;
pub use cache::Cache;
pub use inspection::{Content, Inspection, Schema};
pub use key_check::{Binding, fits};

use std::sync::Arc;

use cached::Cached;
use changes::{Database, WriteTransaction};
use lease::Lease;
use migrations::SchemaError;
use sea_orm::{ConnectionTrait, DbErr, RuntimeErr, SqlErr};
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;
use writer::Writer;

use crate::vault::VaultError;

/// Access to the database. Clones share it.
#[derive(Clone)]
pub struct Store {
    db: Database,
    writer: Writer,
    lease: Lease,
    cached: Arc<Cached>,
    queue_changed: Arc<Notify>,
    _listener: Option<Arc<AbortOnDropHandle<()>>>,
}

/// Why the database did not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The address of the database names neither SQLite nor PostgreSQL, or cannot be used.
    #[error("the database address is not usable")]
    Address(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The driver's error.
    #[error("the database failed")]
    Database(#[source] DbErr),
    /// A unique value is there already.
    #[error("this is taken")]
    Taken,
    /// The account is the only one that administers the relay.
    #[error("nobody else administers the relay")]
    LastAdministrator,
    /// The row to be changed is not there any more: somebody else was first.
    #[error("this is gone")]
    Gone,
    /// The address of the account was not verified.
    #[error("the address of this account was not verified yet")]
    Unverified,
    /// The database did not answer in time.
    #[error("the database gave no answer in time")]
    NoAnswer,
    /// No room on the disk. Goes by itself once there is.
    #[error("the database's disk is full")]
    Full(#[source] DbErr),
    /// A stored value cannot be read back.
    #[error("a stored {0} is damaged")]
    Damaged(&'static str),
    /// The system's source of randomness failed.
    #[error("the system gave no random bytes")]
    Randomness(#[from] getrandom::Error),
    /// A key could not be wrapped for storing.
    #[error("a key could not be wrapped")]
    Wrap(#[source] VaultError),
    /// The relay is stopping.
    #[error("nothing is stored any more")]
    Stopped,
    /// A newer release has changed the schema in a way that this program does not know.
    #[error(transparent)]
    Schema(SchemaError),
    /// Steps of the schema are missing, and whoever asked runs none.
    #[error("the database was not brought up to this program yet: start the relay, or run sealpost migrate")]
    Unmigrated,
    /// A copy would fill the disk on which the relay keeps mail.
    #[error("a copy of the database needs {needed} MiB beside it, and there are {free}")]
    NoRoom {
        /// The room that a copy needs, with a reserve, in MiB.
        needed: u64,
        /// The room that is there, in MiB.
        free: u64,
    },
    /// The copy of a database cannot be made.
    #[error("the database cannot be copied")]
    Copy(#[source] std::io::Error),
    /// The keys in this database were wrapped under another master key.
    #[error("the master key is not the one that the keys in this database were wrapped under")]
    ForeignMasterKey,
    /// The master key is being rotated, and this process does not have the previous one.
    #[error(
        "values in this database are still under the previous master key: set SEALPOST_PREVIOUS_MASTER_KEY_FILE until sealpost key \
         rotate has ended"
    )]
    NoPreviousMasterKey,
    /// A relay would meet values that it cannot read.
    #[error(
        "a relay runs without the new master key, or was killed less than three minutes ago: give every relay both keys, restart it, \
         and try again. Nothing was changed"
    )]
    RelayWithoutKey,
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::Taken,
            _ if is_full(&error) => Self::Full(error),
            _ => Self::Database(error),
        }
    }
}

/// SQLITE_FULL, which has no extended codes; `disk_full` of PostgreSQL.
fn is_full(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(below)) | DbErr::Query(RuntimeErr::SqlxError(below))) = error else {
        return false;
    };
    let code = below.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| ["13", "53100"].contains(&code.as_ref()))
}

impl Store {
    /// Whether the database answers.
    pub async fn ready(&self) -> Result<(), StoreError> {
        Ok(self.db.ping().await?)
    }

    /// A transaction that will write. Its end makes all caches forget.
    async fn write(&self) -> Result<WriteTransaction, StoreError> {
        Ok(self.db.begin(false).await?)
    }

    /// A transaction that will write nothing that a cache holds.
    async fn write_quietly(&self) -> Result<WriteTransaction, StoreError> {
        Ok(self.db.begin(true).await?)
    }

    /// Makes all caches forget, as something else may have changed the database.
    pub fn forget_cached(&self) {
        self.db.changes().announce();
    }

    /// Counts the changes to what caches hold. Something that was read at another count is to be read again.
    pub fn changes(&self) -> u64 {
        self.db.changes().count()
    }

    /// Returns when another process has put an item into the queue that nobody has leased.
    pub async fn queue_changed(&self) {
        self.queue_changed.notified().await;
    }

    /// Removes deleted rows from the files, too. SQLite overwrites what is deleted (`secure_delete`), but the pages as they
    /// were before stand in the write-ahead log until it is truncated. PostgreSQL has no such means: there a deleted
    /// key stays in the files, wrapped, until vacuum and the recycling of its log overwrite it.
    async fn scrub(&self) {
        if self.db.get_database_backend() != sea_orm::DbBackend::Sqlite {
            return;
        }
        for _ in 0..SCRUB_TRIES {
            let statement =
                sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "PRAGMA wal_checkpoint(TRUNCATE)");
            match self.db.query_one_raw(statement).await {
                Ok(Some(row)) if row.try_get_by_index::<i32>(0).is_ok_and(|busy| busy == 0) => return,
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the write-ahead log was not truncated"),
            }
        }
        tracing::warn!("deleted rows stay in the write-ahead log until the next checkpoint: the database is busy");
    }
}

/// Each try waits for readers as long as the busy timeout.
const SCRUB_TRIES: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_disk_is_told_apart_and_passes() {
        let store = Store::connect("sqlite::memory:").await.unwrap();
        let run = |statement: &'static str| {
            let db = store.db.clone();
            async move {
                db.execute_unprepared(statement)
                    .await
                    .map(drop)
                    .map_err(StoreError::from)
            }
        };
        run("CREATE TABLE filler (x BLOB)").await.unwrap();
        // As many as there are already.
        run("PRAGMA max_page_count = 1").await.unwrap();
        let full = run("INSERT INTO filler VALUES (zeroblob(1000000))").await;
        assert!(matches!(full, Err(StoreError::Full(_))), "{full:?}");
        run("PRAGMA max_page_count = 1000000").await.unwrap();
        run("INSERT INTO filler VALUES (zeroblob(1000000))").await.unwrap();
    }
}
