//! The addresses that people hand out.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    // Every local part ever given out under the relay's domain, to an alias or as a relay address. A row
                    // outlives what it was made for: it is the tombstone because of which nobody inherits an address.
                    .table("local_parts")
                    .col(text("folded").primary_key())
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("aliases")
                    .col(big_pk_auto("id"))
                    .col(big_integer("mailbox_id"))
                    .col(text_uniq("local_folded"))
                    .col(text("label"))
                    .col(boolean("enabled").default(true))
                    .col(big_integer("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("aliases", "mailbox_id")
                            .to("mailboxes", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("aliases", "local_folded")
                            .to("local_parts", "folded"),
                    )
                    .take(),
            )
            .await?;
        let by_mailbox = Index::create()
            .name("aliases_mailbox")
            .table("aliases")
            .col("mailbox_id")
            .take();
        manager.create_index(by_mailbox).await
    }
}
