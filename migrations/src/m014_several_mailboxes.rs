//! Several mailboxes of one account, and profiles that end: which mailbox new aliases go to, and of which profile's end
//! its person was reminded.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [
            // No foreign key: SQLite adds none to a table that is there. One that is gone means none was chosen.
            ("accounts", big_integer_null("default_mailbox")),
            // Days before the end, the fewest of which the person was reminded.
            ("profiles", integer_null("reminded")),
        ] {
            manager
                .alter_table(Table::alter().table(table).add_column(column).take())
                .await?;
        }
        Ok(())
    }
}
