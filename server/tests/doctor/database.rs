//! The database: its schema, its master key and its queue, with SQLite and PostgreSQL.

use std::fs;

use sea_orm::{ConnectionTrait, Database};
use test_support::postgres::Postgres;

use crate::operator::Operator;

async fn execute(url: &str, statement: &str) {
    let db = Database::connect(url).await.unwrap();
    db.execute_unprepared(statement).await.unwrap();
    db.close().await.unwrap();
}

/// Starts a relay over a database for a moment, and then finds each fault that its database may have.
async fn find_faults(mut operator: Operator, url: &str) {
    drop(operator.start());
    let findings = operator.doctor(&[]);
    findings.assert("database", "good", "this program's");
    findings.assert("master_key", "good", "opens the keys");
    findings.assert("queue", "good", "no message waits");

    let waits = "INSERT INTO queue (token, domain, context, message, octets, attempts, next_try_at, created_at) SELECT wrapped, \
                 'example.org', wrapped, wrapped, 1, 0, 1, 1 FROM key_check";
    execute(url, waits).await;
    operator
        .doctor(&[])
        .assert("queue", "warning", "1 wait, the oldest for ");

    let key = operator.data().join("master.key");
    let kept = fs::read_to_string(&key).unwrap();
    fs::remove_file(&key).unwrap();
    operator.doctor(&[]).assert("master_key", "bad", "and there is none");
    assert!(!key.exists());
    operator.set("MASTER_KEY", "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=");
    operator.doctor(&[]).assert("master_key", "bad", "not the one");
    operator.set("MASTER_KEY", kept.trim());
    operator.doctor(&[]).assert("master_key", "good", "opens the keys");

    execute(
        url,
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m999_later', 1)",
    )
    .await;
    operator
        .doctor(&[])
        .assert("database", "warning", "newer than this program, by 1 steps");
    // That one, and the last two of this program.
    let last = "DELETE FROM seaql_migrations WHERE version IN (SELECT version FROM seaql_migrations ORDER BY version DESC LIMIT 3)";
    execute(url, last).await;
    operator
        .doctor(&[])
        .assert("database", "warning", "older than this program, by 2 steps");
}

#[tokio::test]
async fn faults_of_sqlite_are_found() {
    let operator = Operator::new().with("DELIVERY", "file:outbox");
    let file = operator.data().join("sealpost.db");
    find_faults(operator, &format!("sqlite://{}", file.display())).await;
}

#[tokio::test]
async fn faults_of_postgresql_are_found() {
    let postgres = Postgres::start();
    let url = postgres.database();
    let operator = Operator::new()
        .with("DELIVERY", "file:outbox")
        .with("DATABASE_URL", &url);
    operator
        .doctor(&[])
        .assert("database", "not_checked", "the database is empty");
    find_faults(operator, &url).await;
    let nowhere = Operator::new().with("DATABASE_URL", "postgres://postgres@localhost/sealpost?host=/nowhere");
    nowhere.doctor(&[]).assert("database", "bad", "the database failed");
}

#[test]
fn a_file_that_is_no_database_is_found() {
    let operator = Operator::new();
    fs::create_dir(operator.data()).unwrap();
    fs::write(
        operator.data().join("sealpost.db"),
        "no database, but a text".repeat(100),
    )
    .unwrap();
    operator.doctor(&[]).assert("database", "bad", "the database failed");
}
