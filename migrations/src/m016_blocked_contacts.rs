//! Contacts that an alias takes no mail from, and when each wrote last.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["blocked_at", "last_used_at"] {
            let column = big_integer_null(column).take();
            manager
                .alter_table(Table::alter().table("contacts").add_column(column).take())
                .await?;
        }
        Ok(())
    }
}
