//! Tells from its address which database it is, and where the file of one is.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteConnectOptions;

use super::StoreError;

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DatabaseKind {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgresql,
}

impl DatabaseKind {
    /// The kind that an address names.
    pub fn of(url: &str) -> Self {
        match url.starts_with("sqlite:") {
            true => Self::Sqlite,
            false => Self::Postgresql,
        }
    }

    /// Its name, as an operator reads it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgresql => "PostgreSQL",
        }
    }
}

/// The file of an SQLite database, if there is one.
///
/// # Errors
/// The address is not understood.
pub(super) fn sqlite_file(url: &str) -> Result<Option<PathBuf>, StoreError> {
    Ok(sqlite_path(url)?.filter(|file| file.is_file()))
}

/// The same, whether it is there or not. Returns `None` if the database is in memory.
///
/// # Errors
/// The address is not understood.
pub fn sqlite_path(url: &str) -> Result<Option<PathBuf>, StoreError> {
    let parsed: SqliteConnectOptions = url.parse().map_err(|error| StoreError::Address(Box::new(error)))?;
    Ok((!is_in_memory(url)).then(|| parsed.get_filename().to_owned()))
}

/// Whether an SQLite database is gone with its last connection.
pub(super) fn is_in_memory(url: &str) -> bool {
    url.contains(":memory:") || url.contains("mode=memory")
}
