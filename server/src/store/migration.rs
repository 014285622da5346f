//! Brings a database to this program's schema, or tries that without changing it.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use migrations::{Migrator, SchemaError};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};

use super::{
    Store, StoreError,
    inspection::sqlite_file,
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
        if url.starts_with("sqlite:") {
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
        return Ok(Migrator::run_missing(db).await?);
    }
    let lock = db.begin().await?;
    lock.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATING})"))
        .await?;
    let steps = Migrator::run_missing(db).await?;
    lock.commit().await?;
    Ok(steps)
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
    let db = open(url).await?;
    let into = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [copy.path()?.into()]);
    let copied = db.execute_raw(into).await;
    db.close().await?;
    copied?;
    let db = open(&format!("sqlite://{}", copy.path()?)).await?;
    let steps = async {
        let steps = run(&db).await?;
        is_whole(&db).await?;
        Ok(steps)
    };
    let steps = steps.await;
    db.close().await?;
    steps
}

/// Lets SQLite check every page, index and foreign key.
async fn is_whole(db: &DatabaseConnection) -> Result<(), StoreError> {
    let told = |sql: &str| Statement::from_string(DbBackend::Sqlite, sql);
    let checked = db.query_one_raw(told("PRAGMA integrity_check")).await?;
    let said: Option<String> = checked.map(|row| row.try_get("", "integrity_check")).transpose()?;
    let orphan = db.query_one_raw(told("PRAGMA foreign_key_check")).await?;
    match said.as_deref() == Some("ok") && orphan.is_none() {
        true => Ok(()),
        false => Err(StoreError::Damaged("database")),
    }
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

    fn path(&self) -> Result<&str, StoreError> {
        let not_text = || io::Error::new(io::ErrorKind::InvalidFilename, "the folder's name is not UTF-8");
        self.0.to_str().ok_or_else(|| StoreError::Copy(not_text()))
    }

    fn remove(&self) -> io::Result<()> {
        for end in ["", "-wal", "-shm"] {
            let mut name = self.0.clone().into_os_string();
            name.push(end);
            match fs::remove_file(name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next trial.
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
