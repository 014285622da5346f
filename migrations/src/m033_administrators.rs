//! Accounts whose person administers the relay.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let administrator = boolean("administrator").default(false).take();
        manager
            .alter_table(Table::alter().table("accounts").add_column(administrator).take())
            .await
    }
}
