//! Which contacts the person wrote to, and when the keys of one that nobody used were removed.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["answered_at", "keys_removed_at"] {
            let column = big_integer_null(column).take();
            manager
                .alter_table(Table::alter().table("contacts").add_column(column).take())
                .await?;
        }
        // Nobody noted so far who was answered: all may have been.
        let answered = Query::update()
            .table("contacts")
            .value("answered_at", Expr::col("created_at"))
            .take();
        manager.execute(answered).await
    }
}
