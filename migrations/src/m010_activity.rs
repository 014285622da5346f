//! What happened to the mail of an alias: times, outcomes and sizes, no subjects and no content.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("aliases")
                    .add_column(boolean("record_activity").default(true).take())
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("activity")
                    .col(big_pk_auto("id"))
                    .col(big_integer("alias_id"))
                    .col(big_integer("at"))
                    .col(text("outcome"))
                    .col(big_integer("octets"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("activity", "alias_id")
                            .to("aliases", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        let by_alias = Index::create()
            .name("activity_alias_at")
            .table("activity")
            .col("alias_id")
            .col("at")
            .take();
        manager.create_index(by_alias).await
    }
}
