//! Passkeys (WebAuthn), and the challenges that are out.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("passkeys")
                    .col(big_pk_auto("id"))
                    .col(big_integer("account_id"))
                    .col(binary_uniq("credential_id"))
                    // COSE number of the algorithm, and the key in the form that its verification takes.
                    .col(integer("algorithm"))
                    .col(binary("public_key"))
                    .col(big_integer("counter"))
                    .col(text("name"))
                    .col(big_integer("created_at"))
                    .col(big_integer_null("last_used_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("passkeys", "account_id")
                            .to("accounts", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        let by_account = Index::create()
            .name("passkeys_account")
            .table("passkeys")
            .col("account_id")
            .take();
        manager.create_index(by_account).await?;
        manager
            .create_table(
                Table::create()
                    .table("challenges")
                    .col(binary("challenge_hash").primary_key())
                    // Whose passkey is to be added; null for signing in, where nobody is known yet.
                    .col(big_integer_null("account_id"))
                    .col(big_integer("expires_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("challenges", "account_id")
                            .to("accounts", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await
    }
}
