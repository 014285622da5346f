//! When a relay last used the database, so that a jump of its clock shows.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("clock_mark")
                    .col(integer("id").primary_key().check(Expr::col("id").eq(1)))
                    .col(big_integer("seen_at"))
                    // Since when the time has gone on without a jump.
                    .col(big_integer("steady_since"))
                    .take(),
            )
            .await
    }
}
