//! Where relayed mail goes, and the codes that prove that a mailbox is the account's.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("mailboxes")
                    .col(big_pk_auto("id"))
                    .col(big_integer("account_id"))
                    .col(text("address"))
                    .col(text_uniq("address_folded"))
                    .col(big_integer("created_at"))
                    .col(big_integer_null("verified_at"))
                    .col(boolean("kill_switch").default(false))
                    // Whether a profile was ever activated: only the first activation turns the kill switch on.
                    .col(boolean("ever_active").default(false))
                    .foreign_key(
                        ForeignKey::create()
                            .from("mailboxes", "account_id")
                            .to("accounts", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        let by_account = Index::create()
            .name("mailboxes_account")
            .table("mailboxes")
            .col("account_id")
            .take();
        manager.create_index(by_account).await?;
        manager
            .create_table(
                Table::create()
                    .table("verification_codes")
                    .col(big_integer("mailbox_id").primary_key())
                    .col(binary("code_hash"))
                    .col(big_integer("expires_at"))
                    .col(integer("tries_left"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("verification_codes", "mailbox_id")
                            .to("mailboxes", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await
    }
}
