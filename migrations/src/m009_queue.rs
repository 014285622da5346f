//! The queue of what is to be delivered, and keys made ahead of need.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("queue")
                    // Random; also in the envelope sender, by which a bounce finds its item.
                    .col(binary("token").primary_key())
                    // Of the recipient: the limit of connections counts by it.
                    .col(text("domain"))
                    // Envelope and origin, encrypted under the queue key.
                    .col(binary("context"))
                    // The message, encrypted under the queue key; gone once it was handed over.
                    .col(binary_null("message"))
                    .col(big_integer("octets"))
                    .col(integer("attempts").default(0))
                    // When it may be tried again, milliseconds; null once it was handed over.
                    .col(big_integer_null("next_try_at"))
                    .col(big_integer("created_at"))
                    .take(),
            )
            .await?;
        let by_time = Index::create()
            .name("queue_next_try")
            .table("queue")
            .col("next_try_at")
            .take();
        manager.create_index(by_time).await?;
        manager
            .create_table(
                Table::create()
                    .table("key_pool")
                    .col(big_pk_auto("id"))
                    .col(binary("key"))
                    .take(),
            )
            .await
    }
}
