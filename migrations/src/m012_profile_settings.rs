//! What a person may choose for a profile: what the outer header hides, and how the content is encrypted.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column at a time.
        for column in [
            boolean("hide_subject").default(false).take(),
            boolean("hide_sender").default(false).take(),
            text("cipher")
                .default("compatible")
                .check(Expr::col("cipher").is_in(["compatible", "modern"]))
                .take(),
        ] {
            manager
                .alter_table(Table::alter().table("profiles").add_column(column).take())
                .await?;
        }
        Ok(())
    }
}
