//! Connects to a database, whatever its schema is.

use std::{fs::OpenOptions, io, os::unix::fs::OpenOptionsExt, path::Path, time::Duration};

use sea_orm::{ConnectOptions, DatabaseConnection};
use sqlx::{
    Connection,
    sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous},
};

use super::{
    StoreError,
    database_kind::{DatabaseKind, is_in_memory},
};

/// How long a writer waits for another one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections of the pool.
const CONNECTIONS: u32 = 8;

/// Connects to a database as it is.
pub(super) async fn open(url: &str) -> Result<DatabaseConnection, StoreError> {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).max_connections(CONNECTIONS);
    if DatabaseKind::of(url) == DatabaseKind::Sqlite {
        sqlite(url, &mut options)?;
    }
    Ok(sea_orm::Database::connect(options).await?)
}

fn sqlite(url: &str, options: &mut ConnectOptions) -> Result<(), StoreError> {
    let parsed: SqliteConnectOptions = url.parse().map_err(|error| StoreError::Address(Box::new(error)))?;
    if is_in_memory(url) {
        // Each connection would have a database of its own, and closing the last one would lose it.
        options
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None);
    } else {
        make_private(parsed.get_filename()).map_err(|error| StoreError::Address(Box::new(error)))?;
    }
    options.map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit that was acknowledged survives a power failure.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("secure_delete", "ON")
    });
    options.map_sqlx_sqlite_pool_opts(|pool| {
        pool.after_release(|connection, _| Box::pin(async move { is_whole(connection).await }))
    });
    Ok(())
}

/// Whether a connection that comes back to the pool can be used again. After a write that failed, as on a full disk,
/// SQLite has rolled back by itself (<https://www.sqlite.org/lang_transaction.html>, 2.3); sqlx's own rollback then fails,
/// it counts one transaction too many for ever after, begins the next one as a savepoint, and may leave that open with
/// the write lock held.
async fn is_whole(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // The rollback of a dropped transaction was sent before this, and is through after it.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// Makes the file before SQLite does, as SQLite would leave its mode to the umask; the log files inherit the mode.
pub(super) fn make_private(path: &Path) -> io::Result<()> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
