//! The code inside the last test message of a profile that is not active yet; a keyed hash only.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("test_codes")
                    .col(big_integer("profile_id").primary_key().take())
                    .col(binary("code_hash"))
                    .col(big_integer("expires_at"))
                    .col(integer("tries_left"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("test_codes", "profile_id")
                            .to("profiles", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await
    }
}
