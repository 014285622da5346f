//! The newest step that a program must know to use this schema: one row at most.

use sea_orm_migration::{prelude::*, schema::*};

use crate::compatibility::need;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("schema_needs")
            .col(integer("id").primary_key())
            .col(text("step"))
            .take();
        manager.create_table(table).await?;
        // Programs from here on know how to ask.
        need(manager, self.name()).await
    }
}
