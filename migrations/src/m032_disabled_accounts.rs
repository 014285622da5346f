//! Accounts that the operator has turned off, and the log of what the operator did to accounts and to the queue.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let disabled = big_integer_null("disabled_at");
        manager
            .alter_table(Table::alter().table("accounts").add_column(disabled).take())
            .await?;
        // Every message asks which accounts are off, and hardly any is.
        let by_disabled = Index::create()
            .name("accounts_disabled")
            .table("accounts")
            .col("disabled_at")
            .and_where(Expr::col("disabled_at").is_not_null())
            .take();
        manager.create_index(by_disabled).await?;
        let log = Table::create()
            .table("operator_log")
            .col(big_pk_auto("id"))
            .col(big_integer("at"))
            .col(text("action"))
            .col(text("subject"))
            .take();
        manager.create_table(log).await
    }
}
