//! A mailbox's switch "Signed replies only", and the Subjects of threads: they stand in a reply whose own Subject nothing
//! vouches for.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column at a time.
        for (table, column) in [
            ("mailboxes", boolean("signed_replies_only").default(false).take()),
            // Encrypted. Older rows have none, nor has a message whose Subject the person hides.
            ("message_ids", binary_null("subject")),
        ] {
            manager
                .alter_table(Table::alter().table(table).add_column(column).take())
                .await?;
        }
        Ok(())
    }
}
