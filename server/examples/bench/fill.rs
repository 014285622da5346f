//! Fills a database with the aliases and contacts of other people.

use std::path::Path;

use sqlx::{Connection, SqliteConnection};

use crate::Failed;

/// A table's rows, each numbered by `i` from 1 on. Local parts are as random as the relay's own: they spread over an index.
/// All are new, as the relay clears old contacts away. The person under test has the first account, mailbox and alias.
const STEPS: [(&str, u64); 6] = [
    (
        "INSERT INTO accounts (email, email_folded, password_hash, created_at) \
         SELECT 'p' || i || '@example.net', 'p' || i || '@example.net', '', unixepoch() FROM n",
        ALIASES / EACH,
    ),
    (
        "INSERT INTO mailboxes (account_id, address, address_folded, created_at, verified_at) \
         SELECT 1 + i, 'p' || i || '@example.net', 'p' || i || '@example.net', unixepoch(), unixepoch() FROM n",
        ALIASES / EACH,
    ),
    (
        "INSERT INTO local_parts (folded) SELECT 'x' || lower(hex(randomblob(8))) FROM n",
        ALIASES,
    ),
    (
        "INSERT INTO aliases (mailbox_id, local_folded, label, created_at) \
         SELECT 2 + row_number() OVER () / 101, folded, '', unixepoch() FROM local_parts WHERE folded LIKE 'x%'",
        0,
    ),
    (
        "INSERT INTO local_parts (folded) SELECT 'r-' || lower(hex(randomblob(16))) FROM n",
        CONTACTS,
    ),
    (
        "INSERT INTO contacts (alias_id, correspondent_folded, correspondent, relay_local, relay_domain, created_at) \
         SELECT 2 + i / 11, 'c' || i || '@example.com', 'c' || i || '@example.com', folded, 'relay.example', unixepoch() \
         FROM (SELECT row_number() OVER () AS i, folded FROM local_parts WHERE folded LIKE 'r-%' \
         AND folded NOT IN (SELECT relay_local FROM contacts))",
        0,
    ),
];

/// Aliases in all.
pub const ALIASES: u64 = 100_000;
/// Contacts in all.
pub const CONTACTS: u64 = 1_000_000;
/// Aliases of one person.
const EACH: u64 = 100;

/// Fills it.
pub fn fill(database: &Path) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = SqliteConnection::connect(&format!("sqlite://{}", database.display())).await?;
        for (statement, rows) in STEPS {
            let numbers = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) ");
            let whole = match rows {
                0 => statement.to_owned(),
                _ => numbers + statement,
            };
            sqlx::query(sqlx::AssertSqlSafe(whole)).execute(&mut connection).await?;
        }
        connection.close().await?;
        Ok(())
    })
}
