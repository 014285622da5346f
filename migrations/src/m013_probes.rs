//! The last test message of each profile and what became of it; nothing of what it says.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("probes")
                    .col(big_integer("profile_id").primary_key().take())
                    // Its item of the queue, which may be gone.
                    .col(binary("token").unique_key().take())
                    .col(text("state").check(Expr::col("state").is_in(["queued", "handed_over", "put_off", "failed"])))
                    // The next hop's name, or the reason.
                    .col(text("detail"))
                    .col(big_integer("at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("probes", "profile_id")
                            .to("profiles", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await
    }
}
