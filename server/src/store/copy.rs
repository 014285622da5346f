//! The needs of a backup and a restore of a database: what it is, a consistent copy of it, and whether a copy is sound. A running relay is
//! not disturbed.

use std::{collections::HashSet, path::Path, time::Duration};

use migrations::Migrator;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, Statement};
use sea_orm_migration::SchemaManager;
use serde::{Deserialize, Serialize};

use super::{
    StoreError,
    database_kind::{DatabaseKind, sqlite_file},
    entity::{key_check, queue},
    inspection::steps_run,
};
use crate::vault::Wrapped;

/// How long the database may take to let a connection in.
const PATIENCE: Duration = Duration::from_secs(10);

/// The room that has to stay free beside a copy, in octets: some of the largest messages.
const RESERVE: u64 = 256 << 20;

/// The tables of the queue: [`forget_queue`] empties them, and a restore of PostgreSQL leaves their rows out.
pub const QUEUE_TABLES: [&str; 2] = ["queue", "queue_piece"];

/// The table of the value by which a master key is recognised.
pub const KEY_CHECK_TABLE: &str = "key_check";

/// How many rows a database has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Accounts.
    pub accounts: u64,
    /// Mailboxes.
    pub mailboxes: u64,
    /// Aliases.
    pub aliases: u64,
    /// Messages that wait for delivery.
    pub waiting: u64,
}

/// A database, described.
#[derive(Clone, PartialEq, Eq)]
pub struct Description {
    /// The steps of the schema that were run, sorted.
    pub schema: Vec<String>,
    /// How many rows it has.
    pub counts: Counts,
    /// The value by which its master key is recognised. `None` if it is bound to none yet.
    pub key_check: Option<Wrapped>,
    /// The same of the previous master key, if values may be left under that.
    pub previous_key_check: Option<Wrapped>,
    /// The major version of the server, if there is one.
    pub server: Option<u32>,
}

/// Describes a database. `None` if there is none: no file, or no schema in it.
///
/// # Errors
/// The database cannot be reached, or lacks a table that every backup has.
pub async fn describe(url: &str) -> Result<Option<Description>, StoreError> {
    let Some(db) = open(url).await? else {
        return Ok(None);
    };
    let described = look(&db).await;
    db.close().await?;
    described
}

/// Whether a database has no table at all, or is not there yet, so that a backup can be restored into it.
///
/// # Errors
/// The database cannot be reached.
pub async fn is_empty(url: &str) -> Result<bool, StoreError> {
    let Some(db) = open(url).await? else {
        return Ok(true);
    };
    let tables = match db.get_database_backend() {
        DbBackend::Sqlite => "SELECT COUNT(*) FROM sqlite_master",
        // Every schema that is not the system's: a restore makes its tables where the original had them.
        _ => {
            "SELECT COUNT(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
        }
    };
    let count = count(&db, tables).await;
    db.close().await?;
    Ok(count? == 0)
}

/// Copies an SQLite database into a file that is empty, as it is at one moment (`VACUUM INTO`). Others write on meanwhile. Rows that
/// were deleted are not in the copy.
///
/// # Errors
/// The database cannot be read, or the file not be written.
pub async fn copy_sqlite(url: &str, into: &Path) -> Result<(), StoreError> {
    let Some(db) = open(url).await? else {
        return Err(StoreError::Gone);
    };
    let path = into.to_str().ok_or(StoreError::Damaged("path"))?;
    if let Some(file) = sqlite_file(url)? {
        let size = file.metadata().map_err(StoreError::Copy)?.len();
        require_room(size, into.parent().unwrap_or(into))?;
    }
    let vacuum = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [path.into()]);
    let copied = db.execute_raw(vacuum).await;
    db.close().await?;
    copied?;
    Ok(())
}

/// Makes sure that so many octets leave room in a folder for the relay, which may live on the same disk.
///
/// # Errors
/// [`StoreError::NoRoom`], or the folder cannot be looked at.
pub fn require_room(size: u64, folder: &Path) -> Result<(), StoreError> {
    let disk = rustix::fs::statvfs(folder).map_err(|error| StoreError::Copy(error.into()))?;
    let (needed, free) = ((size + RESERVE) >> 20, (disk.f_bavail * disk.f_frsize) >> 20);
    match needed <= free {
        true => Ok(()),
        false => Err(StoreError::NoRoom { needed, free }),
    }
}

/// The major version of PostgreSQL's server, whatever is in the database.
///
/// # Errors
/// The database cannot be reached.
pub async fn server_version(url: &str) -> Result<u32, StoreError> {
    let db = open(url).await?.ok_or(StoreError::Gone)?;
    let version = version_of(&db).await;
    db.close().await?;
    version
}

/// Describes a copy that is a file of SQLite's, after a full check of it.
///
/// # Errors
/// [`StoreError::Damaged`] if the file is not a sound database of a relay.
pub async fn check_sqlite(copy: &Path) -> Result<Description, StoreError> {
    let db = open_copy(copy).await?;
    let check = Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check");
    let said = match db.query_one_raw(check).await? {
        Some(row) => row.try_get_by_index::<String>(0)?,
        None => String::new(),
    };
    let orphans = Statement::from_string(DbBackend::Sqlite, "PRAGMA foreign_key_check");
    if said != "ok" || db.query_one_raw(orphans).await?.is_some() {
        return Err(StoreError::Damaged("database"));
    }
    let described = look(&db).await?;
    db.close().await?;
    described.ok_or(StoreError::Damaged("database"))
}

/// Empties the queue of a copy that is a file of SQLite's.
///
/// # Errors
/// The copy cannot be changed.
pub async fn forget_queue(copy: &Path) -> Result<(), StoreError> {
    let db = open_copy(copy).await?;
    // Pieces go with their items.
    queue::Entity::delete_many().exec(&db).await?;
    // The bytes as well, not only the rows.
    db.execute_unprepared("VACUUM").await?;
    Ok(db.close().await?)
}

/// The number of steps that only a newer release of this program knows.
pub fn unknown_steps(schema: &[String]) -> usize {
    let known: HashSet<_> = Migrator::names().collect();
    schema.iter().filter(|step| !known.contains(*step)).count()
}

async fn look(db: &DatabaseConnection) -> Result<Option<Description>, StoreError> {
    let Some(steps) = steps_run(db).await? else {
        return Ok(None);
    };
    let mut schema: Vec<_> = steps.into_iter().collect();
    schema.sort();
    let bound = key_check::Entity::find().one(db).await?;
    let previous = match SchemaManager::new(db).has_table("kept_keys").await? {
        true => super::key_check::previous(db).await?,
        false => None,
    };
    let server = match db.get_database_backend() {
        DbBackend::Postgres => Some(version_of(db).await?),
        _ => None,
    };
    Ok(Some(Description {
        schema,
        counts: Counts {
            accounts: count(db, "SELECT COUNT(*) FROM accounts").await?,
            mailboxes: count(db, "SELECT COUNT(*) FROM mailboxes").await?,
            aliases: count(db, "SELECT COUNT(*) FROM aliases").await?,
            waiting: count(db, "SELECT COUNT(*) FROM queue WHERE next_try_at IS NOT NULL").await?,
        },
        key_check: bound.map(|row| Wrapped(row.wrapped)),
        previous_key_check: previous,
        server,
    }))
}

async fn version_of(db: &DatabaseConnection) -> Result<u32, StoreError> {
    let version = count(db, "SELECT current_setting('server_version_num')::bigint / 10000").await?;
    u32::try_from(version).map_err(|_| StoreError::Damaged("version of the server"))
}

async fn count(db: &DatabaseConnection, sql: &str) -> Result<u64, StoreError> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db
        .query_one_raw(statement)
        .await?
        .ok_or(StoreError::Damaged("number of rows"))?;
    u64::try_from(row.try_get_by_index::<i64>(0)?).map_err(|_| StoreError::Damaged("number of rows"))
}

/// Opens a database, and runs no step of its schema. `None` if it is a file that is not there, or has nothing in it.
async fn open(url: &str) -> Result<Option<DatabaseConnection>, StoreError> {
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        .max_connections(1)
        .connect_timeout(PATIENCE)
        .acquire_timeout(PATIENCE);
    if DatabaseKind::of(url) == DatabaseKind::Sqlite {
        let Some(file) = sqlite_file(url)? else {
            return Ok(None);
        };
        if file.metadata().is_ok_and(|about| about.len() == 0) {
            return Ok(None);
        }
        options.map_sqlx_sqlite_opts(|sqlite| sqlite.create_if_missing(false).busy_timeout(PATIENCE));
    }
    Ok(Some(sea_orm::Database::connect(options).await?))
}

pub(super) async fn open_copy(copy: &Path) -> Result<DatabaseConnection, StoreError> {
    let file = copy.to_owned();
    let mut options = ConnectOptions::new("sqlite://");
    options.sqlx_logging(false).max_connections(1);
    options.map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .filename(&file)
            .create_if_missing(false)
            .foreign_keys(true)
            // Nobody else has it open: no log file is made beside it.
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Memory)
    });
    Ok(sea_orm::Database::connect(options).await?)
}
