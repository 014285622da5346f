//! Second factors, ways back to an account, invitations, and what a session shows of itself.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Browser and system in a few words; what the browser said of itself is not kept.
        add(manager, text("device").default("")).await?;
        // When its person last proved who they are.
        add(manager, big_integer("proved_at").default(0)).await?;
        second_factors(manager).await?;
        ways_back(manager).await
    }
}

async fn add(manager: &SchemaManager<'_>, column: impl IntoColumnDef) -> Result<(), DbErr> {
    let altered = Table::alter().table("sessions").add_column(column).take();
    manager.alter_table(altered).await
}

async fn second_factors(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("one_time_passwords")
                .col(big_integer("account_id").primary_key())
                // Wrapped by the master key.
                .col(binary("secret"))
                .col(big_integer("created_at"))
                // Null until a first code has shown that the app has the secret.
                .col(big_integer_null("confirmed_at"))
                // The step of the last code that was used: neither it nor an older one counts again.
                .col(big_integer("last_step").default(0))
                .foreign_key(&mut account("one_time_passwords"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("recovery_codes")
                // A keyed hash of account and code.
                .col(binary("code_hash").primary_key())
                .col(big_integer("account_id"))
                .foreign_key(&mut account("recovery_codes"))
                .take(),
        )
        .await?;
    let by_account = Index::create()
        .name("recovery_codes_account")
        .table("recovery_codes")
        .col("account_id")
        .take();
    manager.create_index(by_account).await?;
    manager
        .create_table(
            Table::create()
                // What codes are made of until the person has put them down; they are not in force before.
                .table("recovery_drafts")
                .col(big_integer("account_id").primary_key())
                // Wrapped by the master key.
                .col(binary("seed"))
                .col(big_integer("expires_at"))
                .foreign_key(&mut account("recovery_drafts"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                // The password was right, and the second factor is awaited.
                .table("half_sessions")
                .col(binary("token_hash").primary_key())
                .col(big_integer("account_id"))
                .col(big_integer("expires_at"))
                .col(integer("tries_left"))
                .foreign_key(&mut account("half_sessions"))
                .take(),
        )
        .await
}

async fn ways_back(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("password_resets")
                .col(big_integer("account_id").primary_key())
                .col(binary("code_hash"))
                .col(big_integer("expires_at"))
                .col(integer("tries_left"))
                .foreign_key(&mut account("password_resets"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("invitations")
                .col(binary("code_hash").primary_key())
                .col(big_integer("expires_at"))
                .take(),
        )
        .await
}

fn account(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, "account_id")
        .to("accounts", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .take()
}
