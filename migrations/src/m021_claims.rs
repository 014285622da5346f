//! An address is unique once it is proved; before, any number of people may claim it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What tells claims apart stands behind the address and a space, which no domain holds. See the store's `claim`.
        let db = manager.get_connection();
        db.execute_unprepared(
            "UPDATE accounts SET email_folded = email_folded || ' ' || CAST(id AS TEXT) WHERE NOT EXISTS (SELECT 1 FROM mailboxes \
             WHERE mailboxes.address_folded = accounts.email_folded AND mailboxes.account_id = accounts.id \
             AND mailboxes.verified_at IS NOT NULL)",
        )
        .await?;
        db.execute_unprepared(
            "UPDATE mailboxes SET address_folded = address_folded || ' ' || CAST(account_id AS TEXT) WHERE verified_at IS NULL",
        )
        .await
        .map(drop)
    }
}
