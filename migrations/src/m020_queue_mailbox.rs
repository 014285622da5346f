//! Whose mail an item of the queue is, so that what is remembered of it goes with the mailbox.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // No foreign key: what still waits outlives the mailbox. Null for what is not remembered, and for older rows.
        let column = big_integer_null("mailbox_id").take();
        manager
            .alter_table(Table::alter().table("queue").add_column(column).take())
            .await?;
        let by_mailbox = Index::create()
            .name("queue_mailbox")
            .table("queue")
            .col("mailbox_id")
            .take();
        manager.create_index(by_mailbox).await
    }
}
