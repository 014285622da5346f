//! The names of profiles, empty for those that nobody named, and whether an account has finished its checklist.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let name = text("name").default("").take();
        manager
            .alter_table(Table::alter().table("profiles").add_column(name).take())
            .await?;
        let finished = boolean("set_up").default(false).take();
        manager
            .alter_table(Table::alter().table("accounts").add_column(finished).take())
            .await
    }
}
