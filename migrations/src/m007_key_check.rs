//! One wrapped constant, by which a wrong master key is noticed at start.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("key_check")
                    .col(integer("id").primary_key().check(Expr::col("id").eq(1)))
                    .col(binary("wrapped"))
                    .take(),
            )
            .await
    }
}
