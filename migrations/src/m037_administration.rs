//! Which administrator did something; empty if it was done with a command.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // No foreign key: the entry outlives the account.
        let administrator = big_integer_null("administrator");
        manager
            .alter_table(Table::alter().table("operator_log").add_column(administrator).take())
            .await
    }
}
