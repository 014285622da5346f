//! The process that has an item of the queue, so that several can share one database.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A random number of the process; null if nobody has the item. The end of the lease is in `next_try_at`.
        let column = big_integer_null("leased_by").take();
        manager
            .alter_table(Table::alter().table("queue").add_column(column).take())
            .await
    }
}
