//! A mailbox's switch for the relay addresses of other recipients: on, so that an answer to all reaches all.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = boolean("relayed_recipients").default(true).take();
        manager
            .alter_table(Table::alter().table("mailboxes").add_column(column).take())
            .await
    }
}
