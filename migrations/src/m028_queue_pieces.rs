//! The pieces of long messages in the queue, so that a database driver never holds a whole one.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("queue_piece")
                    // Of the item, whose `message` is null.
                    .col(binary("token"))
                    // From 0 on, in the order of the message.
                    .col(integer("number"))
                    .col(binary("octets"))
                    .primary_key(Index::create().col("token").col("number"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("queue_piece", "token")
                            .to("queue", "token")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await
    }
}
