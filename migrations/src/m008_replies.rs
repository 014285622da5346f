//! What answering needs: the contact's address as it was written, names and switches, message ids of both sides, and
//! which replies were sent on already.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column at a time.
        for (table, column) in [
            // As the sender wrote it; the folded one is for comparing. Older rows have the folded one only.
            ("contacts", text_null("correspondent")),
            ("aliases", text("display_name").default("").take()),
            ("mailboxes", boolean("encrypted_replies_only").default(false).take()),
        ] {
            manager
                .alter_table(Table::alter().table(table).add_column(column).take())
                .await?;
        }
        manager
            .create_table(
                Table::create()
                    // The same message under the id that the person's client knows and under the one that the
                    // correspondent's knows. Keyed hashes to look up, the ids themselves encrypted.
                    .table("message_ids")
                    .col(big_integer("alias_id"))
                    .col(binary("inside"))
                    .col(binary("outside"))
                    .col(binary("ids"))
                    .col(big_integer("created_at"))
                    .primary_key(Index::create().col("alias_id").col("inside"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("message_ids", "alias_id")
                            .to("aliases", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        let by_outside = Index::create()
            .name("message_ids_outside")
            .table("message_ids")
            .col("alias_id")
            .col("outside")
            .take();
        manager.create_index(by_outside).await?;
        manager
            .create_table(
                Table::create()
                    // A reply that comes a second time is not sent on again.
                    .table("sent_replies")
                    .col(big_integer("mailbox_id"))
                    .col(binary("digest"))
                    .col(big_integer("created_at"))
                    .primary_key(Index::create().col("mailbox_id").col("digest"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("sent_replies", "mailbox_id")
                            .to("mailboxes", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await
    }
}
