//! The database: the only part that knows SQL and sea-orm. Rows do not leave it.

pub mod route;

/// Access to the database.
#[derive(Clone)]
pub struct Store {}

/// Why the database did not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The driver's error.
    #[error("the database failed")]
    Database(#[from] sea_orm::DbErr),
    /// What is stored cannot be read back.
    #[error("a stored {0} is damaged")]
    Damaged(&'static str),
}
