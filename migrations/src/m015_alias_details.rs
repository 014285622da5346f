//! What people tell themselves about an alias, what it answers when it is off, under which domain it lives, and how much
//! mail it had.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One at a time: SQLite takes no more in one statement.
        for column in [
            text("note").default("").take(),
            // Label and note as a search compares them.
            text("search_folded").default("").take(),
            // 'reject' or 'drop'.
            text("off_answer").default("reject").take(),
            // Empty: the relay's main domain, whatever that is called today.
            text("domain").default("").take(),
            big_integer("relayed_count").default(0).take(),
            big_integer("refused_count").default(0).take(),
            big_integer_null("last_used_at").take(),
        ] {
            manager
                .alter_table(Table::alter().table("aliases").add_column(column).take())
                .await?;
        }
        let fold = Query::update()
            .table("aliases")
            .value("search_folded", Func::lower(Expr::col("label")))
            .take();
        manager.execute(fold).await
    }
}
