//! Signing in at the operator's own provider (OpenID Connect): who is who there, and who is on the way there and back.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // False for an account that was made by a sign-in at the provider: nobody knows its password.
        let has_password = boolean("has_password").default(true).take();
        // False after its link was taken away: then only its person links it again.
        let by_address = boolean("link_by_address").default(true).take();
        for column in [has_password, by_address] {
            manager
                .alter_table(Table::alter().table("accounts").add_column(column).take())
                .await?;
        }
        let identities = Table::create()
            .table("linked_identities")
            // The two claims that name a person for good (OpenID Connect Core §5.7). An address may change its owner.
            .col(text("issuer"))
            .col(text("subject"))
            .col(big_integer("account_id"))
            .col(big_integer("linked_at"))
            .col(big_integer("last_used_at"))
            .primary_key(Index::create().col("issuer").col("subject"))
            .foreign_key(&mut account("linked_identities"))
            .take();
        manager.create_table(identities).await?;
        let one_each = Index::create()
            .name("linked_identities_account")
            .table("linked_identities")
            .col("account_id")
            .col("issuer")
            .unique()
            .take();
        manager.create_index(one_each).await?;
        let trips = Table::create()
            .table("round_trips")
            .col(binary("token_hash").primary_key())
            .col(text("purpose"))
            // Whose; null for signing in, where nobody is known yet.
            .col(big_integer_null("account_id"))
            .col(text("next_page"))
            .col(big_integer("started_at"))
            .col(big_integer("expires_at"))
            .foreign_key(&mut account("round_trips"))
            .take();
        manager.create_table(trips).await?;
        let by_end = Index::create()
            .name("round_trips_end")
            .table("round_trips")
            .col("expires_at")
            .take();
        manager.create_index(by_end).await
    }
}

fn account(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, "account_id")
        .to("accounts", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .take()
}
