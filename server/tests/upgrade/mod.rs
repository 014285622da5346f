//! Databases that earlier releases left. Brought up to date, they lose no mail, and mail is sealed for the person as before.
//!
//! Each folder of `data/upgrade` is named by the last step of its schema. It has dumps of an SQLite and of a PostgreSQL database with
//! one person, one contact and one message that waits, the master key, and the person's keys. CONTRIBUTING.md says how one is made.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait, Database, Statement};
use server::{
    clock::Clock,
    config::{Config, Destination},
    relay::Relay,
    store::Store,
    vault::MasterKeySource,
};
use tempfile::TempDir;
use test_support::{postgres::Postgres, program::must};
use time::{OffsetDateTime, macros::datetime};
use zeroize::Zeroizing;

use crate::support::home::{config, send};

const PASSPHRASE: &str = "pass:correct horse battery staple";
const ALIAS: &str = "calm-heron@relay.example";

/// A clock that starts on a day on which the stored message waits still, and the stored profile is valid.
struct Then(Instant);

impl Clock for Then {
    fn now(&self) -> OffsetDateTime {
        datetime!(2026-11-30 12:00 UTC) + self.0.elapsed()
    }
}

fn stored() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/upgrade");
    let folders: Vec<_> = fs::read_dir(all).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!folders.is_empty());
    folders
}

fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    must(Command::new("openssl").args(arguments), input)
}

/// The text that the person reads, opened by OpenSSL with the stored key and checked with the stored root.
fn opened(pem: &str, mail: &[u8]) -> String {
    let decrypted = openssl(&["cms", "-decrypt", "-recip", pem], mail);
    let read = openssl(&["cms", "-verify", "-CAfile", pem, "-no_check_time"], &decrypted);
    String::from_utf8(read).unwrap()
}

/// The messages that left, once there are so many.
async fn outbox(folder: &Path, count: usize) -> Vec<Vec<u8>> {
    for _ in 0..1200 {
        let entries = fs::read_dir(folder.join("outbox")).unwrap();
        let files = entries.map(|entry| entry.unwrap().path());
        let left: Vec<_> = files
            .filter(|file| file.extension().is_some_and(|extension| extension == "eml"))
            .collect();
        if left.len() >= count {
            return left.into_iter().map(|file| fs::read(file).unwrap()).collect();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("fewer than {count} messages have left");
}

async fn contacts(url: &str) -> i64 {
    let db = Database::connect(url).await.unwrap();
    let count = Statement::from_string(db.get_database_backend(), "SELECT COUNT(*) FROM contacts");
    let row = db.query_one_raw(count).await.unwrap().unwrap();
    db.close().await.unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Loads a dump into an empty database, starts this release over it, and lets it deliver and seal.
async fn upgrade(stored: &Path, kind: &str, url: &str) {
    let db = Database::connect(url).await.unwrap();
    let dump = fs::read_to_string(stored.join(kind).with_extension("sql")).unwrap();
    db.execute_unprepared(&dump).await.unwrap();
    db.close().await.unwrap();
    let steps = Store::try_migration(url).await.unwrap().unwrap();
    assert!(!steps.is_empty(), "{}: this is the present schema", stored.display());

    let folder = TempDir::new().unwrap();
    let key = fs::read_to_string(stored.join("master.key")).unwrap().trim().to_owned();
    let config = Config {
        database_url: Zeroizing::new(url.to_owned()),
        master_key: MasterKeySource::Value(Zeroizing::new(key)).into(),
        delivery: Destination::File(folder.path().join("outbox")),
        ..config(folder.path())
    };
    let relay = Relay::start_by(config, Arc::new(Then(Instant::now()))).await.unwrap();
    assert_eq!(Store::try_migration(url).await.unwrap(), Some(Vec::new()));
    let waited = outbox(folder.path(), 1).await;
    let pem = folder.path().join("person.pem");
    let p12 = fs::read(stored.join(kind).with_extension("p12")).unwrap();
    fs::write(&pem, openssl(&["pkcs12", "-nodes", "-passin", PASSPHRASE], &p12)).unwrap();
    let pem = pem.to_str().unwrap();
    assert!(opened(pem, &waited[0]).contains("Accepted before."), "{kind}");

    let message = format!("From: Bob <bob@example.com>\r\nTo: {ALIAS}\r\nSubject: hello\r\n\r\nAccepted after.\r\n");
    let said = send(relay.smtp, "bob@example.com", &[ALIAS], &message).await;
    assert!(said.starts_with("250"), "{said}");
    let left = outbox(folder.path(), 2).await;
    assert!(
        left.iter().any(|mail| opened(pem, mail).contains("Accepted after.")),
        "{kind}"
    );
    relay.stop().await;
    assert_eq!(
        contacts(url).await,
        1,
        "the contact is known still, with its certificate"
    );
}

#[tokio::test]
async fn a_database_of_sqlite_of_each_earlier_release_goes_on() {
    for stored in stored() {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("sealpost.db").display());
        upgrade(&stored, "sqlite", &url).await;
    }
}

#[tokio::test]
async fn a_database_of_postgresql_of_each_earlier_release_goes_on() {
    let server = Postgres::start();
    for stored in stored() {
        upgrade(&stored, "postgres", &server.database()).await;
    }
}
