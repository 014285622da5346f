//! Brings a database to this program's schema, or tries that without changing it.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use migrations::{Migrator, SchemaError};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, TransactionTrait};

use super::{
    Store, StoreError,
    copy::{check_sqlite, copy_sqlite, open_copy},
    database_kind::{DatabaseKind, sqlite_file},
    inspection::{Schema, schema},
    open::{make_private, open},
};

/// The key of the advisory lock of the process that migrates, in ASCII "SEALPOST".
const MIGRATING: i64 = 0x5345_414C_504F_5354;

/// How long a trial waits for a table on PostgreSQL, where the relay may use it: as long as a client may be kept waiting.
const LOCK_TIMEOUT: &str = "5s";

/// The end of the name of the copy of an SQLite database.
const COPY: &str = ".migrate-check";

impl Store {
    /// Brings a database to this program's schema, and returns the names of the steps that were missing.
    ///
    /// # Errors
    /// The database cannot be used, or a newer release has changed it ([`StoreError::Schema`]).
    pub async fn migrate(url: &str) -> Result<Vec<String>, StoreError> {
        let db = open(url).await?;
        let steps = run(&db).await;
        db.close().await?;
        steps
    }

    /// Tries what [`Store::migrate`] would do, and returns the names of the steps. An SQLite database is copied beside itself
    /// first; on PostgreSQL the steps run in one transaction that is rolled back. Returns `None` if there is no database yet.
    ///
    /// # Errors
    /// A step fails, or what it leaves is damaged. The database is as it was.
    pub async fn try_migration(url: &str) -> Result<Option<Vec<String>>, StoreError> {
        if DatabaseKind::of(url) == DatabaseKind::Sqlite {
            let Some(file) = sqlite_file(url)? else {
                return Ok(None);
            };
            return try_on_copy(url, &file).await.map(Some);
        }
        let db = open(url).await?;
        let steps = try_in_transaction(&db).await;
        db.close().await?;
        steps.map(Some)
    }
}

/// Runs the missing steps. Of several processes that start at once on PostgreSQL, one runs them and the others wait for it. The lock
/// has a transaction of its own, so that each step locks its tables only while it runs.
pub(super) async fn run(db: &DatabaseConnection) -> Result<Vec<String>, StoreError> {
    if db.get_database_backend() != DbBackend::Postgres {
        // The library puts each step into a transaction on PostgreSQL only. A step that is cut off in its middle could never be run.
        let all = db.begin().await?;
        let steps = Migrator::run_missing(&all).await?;
        all.commit().await?;
        return Ok(steps);
    }
    let lock = db.begin().await?;
    lock.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATING})"))
        .await?;
    let steps = Migrator::run_missing(db).await?;
    lock.commit().await?;
    Ok(steps)
}

/// Makes sure that a database has this program's schema, without changing it.
pub(super) async fn require(db: &DatabaseConnection) -> Result<(), StoreError> {
    match schema(db).await? {
        Schema::None | Schema::Older(_) => Err(StoreError::Unmigrated),
        Schema::Same | Schema::Newer(_) => Ok(()),
        Schema::TooNew(needed) => Err(SchemaError::Newer { needed }.into()),
    }
}

async fn try_in_transaction(db: &DatabaseConnection) -> Result<Vec<String>, StoreError> {
    let transaction = db.begin().await?;
    transaction
        .execute_unprepared(&format!("SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        .await?;
    let steps = Migrator::run_missing(&transaction).await?;
    transaction.rollback().await?;
    Ok(steps)
}

async fn try_on_copy(url: &str, file: &Path) -> Result<Vec<String>, StoreError> {
    let copy = Copy::beside(file).map_err(StoreError::Copy)?;
    copy_sqlite(url, &copy.0).await?;
    let db = open_copy(&copy.0).await?;
    let steps = run(&db).await;
    db.close().await?;
    check_sqlite(&copy.0).await?;
    steps
}

/// A copy of an SQLite database, which is removed on every way out. One that a killed process left is removed by the next.
struct Copy(PathBuf);

impl Copy {
    fn beside(file: &Path) -> io::Result<Self> {
        let mut name = OsString::from(file);
        name.push(COPY);
        let copy = Self(name.into());
        copy.remove()?;
        // SQLite fills an empty file, and keeps its mode.
        make_private(&copy.0)?;
        Ok(copy)
    }

    fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // A copy that cannot be removed now is removed by the next trial.
        let _ = self.remove();
    }
}

impl From<SchemaError> for StoreError {
    fn from(error: SchemaError) -> Self {
        match error {
            SchemaError::Database(error) => error.into(),
            error => Self::Schema(error),
        }
    }
}
