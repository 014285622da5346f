//! Limits of single accounts, and the settings that administrators change while the relay runs.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let limits = Table::create()
            .table("account_limits")
            .col(big_integer("account_id").primary_key())
            // Null: the relay's limit.
            .col(big_integer_null("mailboxes"))
            .col(big_integer_null("aliases"))
            .col(big_integer_null("messages_per_hour"))
            .col(big_integer_null("replies_per_hour"))
            .foreign_key(
                ForeignKey::create()
                    .from("account_limits", "account_id")
                    .to("accounts", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .take();
        manager.create_table(limits).await?;
        let settings = Table::create()
            .table("live_settings")
            .col(string("name").primary_key())
            .col(text("value"))
            .take();
        manager.create_table(settings).await
    }
}
