//! Processes of two releases beside each other, and several that start at once.

use futures::future::join_all;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend};
use server::store::{
    Store,
    accepted::Accepted,
    queue::{Busy, NewItem},
};

use super::{Db, NOW, gone::item};

/// The columns of the queue before leases.
const OLDER: &str = "token, domain, context, message, octets, attempts, next_try_at, created_at, mailbox_id";

async fn run(raw: &DatabaseConnection, statements: &[&str]) {
    for statement in statements {
        raw.execute_unprepared(statement).await.unwrap();
    }
}

pub async fn processes_that_start_at_once_migrate_once(db: Db) {
    let raw = Database::connect(db.url.as_str()).await.unwrap();
    // SQLite has one process only.
    if raw.get_database_backend() == DbBackend::Postgres {
        run(&raw, &["DROP SCHEMA public CASCADE", "CREATE SCHEMA public"]).await;
        for started in join_all((0..6).map(|_| Store::connect(&db.url))).await {
            started.unwrap();
        }
    }
}

pub async fn the_release_before_starts_on_a_newer_schema(db: Db) {
    let raw = Database::connect(db.url.as_str()).await.unwrap();
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m999_of_a_newer_release', 0)";
    run(&raw, &[newer]).await;
    Store::connect(&db.url).await.unwrap();
}

pub async fn an_item_that_a_release_without_leases_stored_is_leased(db: Db) {
    let raw = Database::connect(db.url.as_str()).await.unwrap();
    let held = NewItem {
        held: true,
        ..item(None)
    };
    let token = held.token;
    let accepted = Accepted {
        items: vec![held],
        ..Accepted::default()
    };
    db.accept(accepted, NOW).await.unwrap();
    let copy = format!("CREATE TABLE older AS SELECT {OLDER} FROM queue");
    let back = format!("INSERT INTO queue ({OLDER}) SELECT {OLDER} FROM older");
    run(&raw, &[&copy, "DELETE FROM queue", &back]).await;
    let due = NOW + db.lease_time();
    let leased = db.lease_due(due, &Busy::default(), 100).await.unwrap();
    assert_eq!(leased.into_iter().map(|item| item.token).collect::<Vec<_>>(), [token]);
}
