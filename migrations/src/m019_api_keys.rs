//! Keys by which a person's tools, such as a password manager, act for the account.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("api_keys")
                    .col(big_pk_auto("id"))
                    .col(big_integer("account_id"))
                    .col(text("name"))
                    // SHA-256 of the key: a stolen database holds nothing that a tool could use.
                    .col(binary_uniq("key_hash"))
                    .col(big_integer("created_at"))
                    .col(big_integer_null("last_used_at"))
                    .col(big_integer_null("expires_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("api_keys", "account_id")
                            .to("accounts", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        let by_account = Index::create()
            .name("api_keys_account")
            .table("api_keys")
            .col("account_id")
            .take();
        manager.create_index(by_account).await
    }
}
