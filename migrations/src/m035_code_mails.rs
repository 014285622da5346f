//! Whether the next hop could be reached for the mail with a code: empty until it was tried.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is_reached = boolean_null("is_reached");
        manager
            .alter_table(Table::alter().table("verification_codes").add_column(is_reached).take())
            .await
    }
}
