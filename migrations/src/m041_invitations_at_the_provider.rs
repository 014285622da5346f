//! An invitation may be used with a sign-in at the operator's provider: it goes along on the way there and back.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SHA-256 of the code, as in the table of invitations.
        let invitation = binary_null("invitation_hash").take();
        manager
            .alter_table(Table::alter().table("round_trips").add_column(invitation).take())
            .await
    }
}
