//! Counters of attempts, for rate limits.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("attempts")
                    // A keyed hash: the table tells nobody who tried.
                    .col(binary("key").primary_key())
                    .col(integer("count"))
                    .col(big_integer("ends_at"))
                    .take(),
            )
            .await
    }
}
