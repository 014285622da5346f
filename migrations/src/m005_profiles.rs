//! Encryption profiles: their certificates, and the intermediate key wrapped under the master key.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("profiles")
                    .col(big_pk_auto("id"))
                    .col(big_integer("mailbox_id"))
                    .col(text("kind").check(Expr::col("kind").is_in(["smime", "pgp"])))
                    .col(text("state").check(Expr::col("state").is_in(["issued", "ready", "active"])))
                    // The relay's domain when the chain was made: its name constraints hold it.
                    .col(text("relay_domain"))
                    .col(binary_null("root"))
                    .col(binary_null("intermediate"))
                    .col(binary("user"))
                    .col(binary("intermediate_key"))
                    .col(big_integer("not_before"))
                    .col(big_integer("not_after"))
                    .col(big_integer("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("profiles", "mailbox_id")
                            .to("mailboxes", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .check(
                        Expr::col("state").eq("issued").or(Expr::col("root")
                            .is_not_null()
                            .and(Expr::col("intermediate").is_not_null())),
                    )
                    .take(),
            )
            .await?;
        let one_active = Index::create()
            .name("profiles_one_active")
            .table("profiles")
            .col("mailbox_id")
            .unique()
            .and_where(Expr::col("state").eq("active"))
            .take();
        manager.create_index(one_active).await?;
        let by_mailbox = Index::create()
            .name("profiles_mailbox")
            .table("profiles")
            .col("mailbox_id")
            .take();
        manager.create_index(by_mailbox).await
    }
}
