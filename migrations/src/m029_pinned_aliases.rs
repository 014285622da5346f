//! Aliases that come first in every list, and the change of several aliases that turned each on or off last.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One at a time: SQLite takes no more in one statement.
        for column in [
            boolean("pinned").default(false).take(),
            // A random number for each change, by which it is undone. Null after any other switch.
            big_integer_null("switched_with").take(),
        ] {
            manager
                .alter_table(Table::alter().table("aliases").add_column(column).take())
                .await?;
        }
        Ok(())
    }
}
