//! The language of the mails that the relay writes to an account.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let language = text("language").default("en").take();
        manager
            .alter_table(Table::alter().table("accounts").add_column(language).take())
            .await
    }
}
