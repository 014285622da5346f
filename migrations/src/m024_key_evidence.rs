//! Whether a profile's key was exported, and whether a test message was opened with it.
//!
//! Nobody noted either so far, so both are empty in older rows: an active profile stays active, and one that is ready needs a test
//! before it is activated. That it was active once is no reason to count it as exported, as keys that were lost could be
//! activated, too.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column at a time.
        for column in ["exported_at", "tested_at"] {
            let column = big_integer_null(column).take();
            manager
                .alter_table(Table::alter().table("profiles").add_column(column).take())
                .await?;
        }
        Ok(())
    }
}
