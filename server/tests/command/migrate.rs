//! `sealpost migrate`, over a database of an older and of a newer release.

use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;
use test_support::postgres::Postgres;

use super::sealpost;

async fn execute(url: &str, statements: &[&str]) {
    let db = Database::connect(url).await.unwrap();
    for statement in statements {
        db.execute_unprepared(statement).await.unwrap();
    }
    db.close().await.unwrap();
}

async fn has_column(url: &str) -> bool {
    let db = Database::connect(url).await.unwrap();
    let found = db.execute_unprepared("SELECT is_reached FROM verification_codes").await;
    db.close().await.unwrap();
    found.is_ok()
}

/// Makes a database as the release before the last two steps left it, and brings it up again.
async fn over(url: &str) {
    let folder = TempDir::new().unwrap();
    let run = |arguments: &[&str]| sealpost(url, folder.path(), arguments);
    let (ok, text) = run(&["migrate"]);
    assert!(ok, "{text}");
    let older = [
        "DELETE FROM seaql_migrations WHERE version IN ('m035_code_mails', 'm036_oldest_program')",
        "ALTER TABLE verification_codes DROP COLUMN is_reached",
        "DROP TABLE schema_needs",
    ];
    execute(url, &older).await;

    let (ok, text) = run(&["migrate", "--check"]);
    assert!(ok && text.contains("m035_code_mails, m036_oldest_program"), "{text}");
    assert!(!has_column(url).await, "the check changed the database");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    let is_copy = |name: &str| name.contains("migrate-check");
    assert!(
        !left
            .iter()
            .any(|entry| is_copy(&entry.as_ref().unwrap().file_name().to_string_lossy())),
        "{left:?}"
    );

    // An older program may be running still.
    let (ok, text) = run(&["account", "list"]);
    assert!(!ok && text.contains("sealpost migrate"), "{text}");
    assert!(!has_column(url).await, "a list changed the database");
    let (ok, text) = run(&["migrate"]);
    assert!(ok && text.contains("m036_oldest_program"), "{text}");
    assert!(has_column(url).await);
    let (ok, text) = run(&["migrate", "--check"]);
    assert!(ok && text.contains("already"), "{text}");

    // A step that a newer release added, and that this one can live with.
    let added = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m998_added', 1)";
    execute(url, &[added]).await;
    let (ok, text) = run(&["account", "list"]);
    assert!(ok, "{text}");
    // And one that it must know.
    execute(url, &["UPDATE schema_needs SET step = 'm999_other'"]).await;
    for arguments in [&["account", "list"][..], &["migrate"], &["migrate", "--check"]] {
        let (ok, text) = run(arguments);
        assert!(
            !ok && text.contains("newer release (step m999_other)"),
            "{arguments:?}: {text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_tried_on_a_copy() {
    let folder = TempDir::new().unwrap();
    over(&format!("sqlite://{}", folder.path().join("sealpost.db").display())).await;
    let names = std::fs::read_dir(folder.path()).unwrap();
    for name in names.map(|entry| entry.unwrap().file_name().into_string().unwrap()) {
        assert!(!name.contains("migrate-check"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_fails_on_the_copy_is_told_and_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}", folder.path().join("sealpost.db").display());
    let run = |arguments: &[&str]| sealpost(&url, folder.path(), arguments);
    assert!(run(&["migrate"]).0);
    // The column is there already, so the step cannot add it.
    execute(
        &url,
        &["DELETE FROM seaql_migrations WHERE version = 'm035_code_mails'"],
    )
    .await;
    let (ok, text) = run(&["migrate", "--check"]);
    assert!(!ok && text.contains("duplicate column"), "{text}");
    let names = std::fs::read_dir(folder.path()).unwrap();
    for name in names.map(|entry| entry.unwrap().file_name().into_string().unwrap()) {
        assert!(!name.contains("migrate-check"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_is_tried_in_a_transaction() {
    let postgres = Postgres::start();
    over(&postgres.database()).await;
}
