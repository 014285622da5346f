//! The needs of a rotation of the master key: the key before it while values are left under that, the naming key of the first one, and
//! which keys the running relays have.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let keys = Table::create()
            .table("kept_keys")
            // 1: the naming key. 2: a constant under the previous master key.
            .col(integer("id").primary_key())
            .col(binary("wrapped"))
            .take();
        manager.create_table(keys).await?;
        let relays = Table::create()
            .table("running_relays")
            // As in `queue.leased_by`.
            .col(big_integer("process").primary_key())
            // Names of master keys, in hexadecimal.
            .col(string("first_key"))
            .col(string_null("second_key"))
            .col(string_null("writes_under"))
            .col(big_integer("seen_at"))
            .take();
        manager.create_table(relays).await
    }
}
