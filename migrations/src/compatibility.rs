//! Which programs can use a schema.
//!
//! Most steps only add, so that the program of the release before can go on beside a newer one. A step that it could not live with says
//! so ([`need`]), and a program that does not know the step refuses the database.

use sea_orm_migration::{prelude::*, sea_orm::ConnectionTrait, sea_query::OnConflict};

use crate::{Migrator, m038_key_rotation};

const TABLE: &str = "schema_needs";

/// Why a database cannot be brought to this program's schema.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// A newer release has changed the schema in a way that this program does not know.
    #[error(
        "the database was changed by a newer release (step {needed}): use that release, or a backup from before it"
    )]
    Newer {
        /// The step that a program must know.
        needed: String,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Returns the step that a program must know and this one does not, if there is one. Changes nothing.
///
/// # Errors
/// The database failed.
pub async fn unknown_need(db: &impl ConnectionTrait, manager: &SchemaManager<'_>) -> Result<Option<String>, DbErr> {
    // Schemas from before this table can be used by every program.
    if !manager.has_table(TABLE).await? {
        return Ok(None);
    }
    let needed = needed(db).await?;
    Ok(needed.filter(|needed| !Migrator::names().any(|step| step == *needed)))
}

async fn needed(db: &impl ConnectionTrait) -> Result<Option<String>, DbErr> {
    let select = Query::select().column("step").from(TABLE).take();
    let row = db.query_one(&select).await?;
    row.map(|row| row.try_get("", "step")).transpose()
}

/// Stores that a program must know this step from now on. The step itself calls it, so that both are in one transaction.
pub(crate) async fn need(manager: &SchemaManager<'_>, step: &str) -> Result<(), DbErr> {
    store(manager.get_connection(), step).await
}

/// Stores that a program must know how a master key is rotated: an earlier one would make other pseudonyms with the new key. A need
/// of a later step stays, as who knows that knows this one.
///
/// # Errors
/// The database failed.
pub async fn need_key_rotation(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let step = m038_key_rotation::Migration.name().to_owned();
    match needed(db).await? {
        Some(later) if later > step => Ok(()),
        _ => store(db, &step).await,
    }
}

async fn store(db: &impl ConnectionTrait, step: &str) -> Result<(), DbErr> {
    let insert = Query::insert()
        .into_table(TABLE)
        .columns(["id", "step"])
        .values_panic([1.into(), step.into()])
        .on_conflict(OnConflict::column("id").update_column("step").to_owned())
        .take();
    db.execute(&insert).await.map(drop)
}
