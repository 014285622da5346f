//! Contacts of an alias, and the certificate made for each under a profile.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("contacts")
                    .col(big_pk_auto("id"))
                    .col(big_integer("alias_id"))
                    .col(text("correspondent_folded"))
                    .col(text_uniq("relay_local"))
                    // Kept per row: a relay address stays what it was when the relay's domain changes.
                    .col(text("relay_domain"))
                    .col(big_integer("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("contacts", "alias_id")
                            .to("aliases", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("contacts", "relay_local")
                            .to("local_parts", "folded"),
                    )
                    .take(),
            )
            .await?;
        let one_per_correspondent = Index::create()
            .name("contacts_one_per_correspondent")
            .table("contacts")
            .col("alias_id")
            .col("correspondent_folded")
            .unique()
            .take();
        manager.create_index(one_per_correspondent).await?;
        manager
            .create_table(
                Table::create()
                    .table("correspondents")
                    .col(big_integer("contact_id"))
                    .col(big_integer("profile_id"))
                    .col(binary("certificate"))
                    .col(binary("key"))
                    .primary_key(Index::create().col("contact_id").col("profile_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("correspondents", "contact_id")
                            .to("contacts", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("correspondents", "profile_id")
                            .to("profiles", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        let by_profile = Index::create()
            .name("correspondents_profile")
            .table("correspondents")
            .col("profile_id")
            .take();
        manager.create_index(by_profile).await
    }
}
