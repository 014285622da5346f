use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use sea_orm::{ConnectionTrait, Statement};
use server::{
    clock::SystemClock,
    config::DkimKeySource,
    store::rotation::Rotation,
    vault::{MasterKeySource, Vault},
};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::{sealpost, sealpost_with};
use crate::support::home::{Home, MASTER, SECRET, database, letter};

const BOB: &str = "bob@example.com";

/// A relay whose master key is a file in its data folder, as it is without any settings; a folder for backups outside of it; and a
/// key made by the program `age-keygen`.
struct Backups {
    home: Home,
    folder: TempDir,
    recipient: String,
}

impl Backups {
    async fn of(home: Home) -> Self {
        let key = home.folder.path().join("master.key");
        fs::write(&key, format!("{MASTER}\n")).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let recipient = keygen(&folder.path().join("key.txt"));
        Self {
            home,
            folder,
            recipient,
        }
    }

    async fn new() -> Self {
        let home = Home::new().await;
        home.activate().await;
        Self::of(home).await
    }

    /// With mail that waits, as the next hop is away.
    async fn with_queue() -> Self {
        Self::of(Home::with_smarthost_away().await.0).await
    }

    fn run(&self, arguments: &[&str]) -> (bool, String) {
        sealpost(&self.home.database(), self.home.folder.path(), arguments)
    }

    fn to(&self) -> String {
        self.folder.path().join("backups").display().to_string()
    }

    fn identity(&self) -> String {
        self.folder.path().join("key.txt").display().to_string()
    }

    /// Makes a backup, and returns its path.
    fn make(&self, more: &[&str]) -> PathBuf {
        let to = self.to();
        let arguments = [&["backup", "--to", &to, "--recipient", &self.recipient], more].concat();
        let (done, said) = self.run(&arguments);
        assert!(done, "{said}");
        said.lines().next().unwrap().split(" (").next().unwrap().into()
    }

    fn verify(&self, file: &Path) -> (bool, String) {
        self.run(&["verify-backup", file.to_str().unwrap(), "--identity", &self.identity()])
    }

    fn restore(&self, machine: &Machine, file: &Path, more: &[&str]) -> (bool, String) {
        let identity = self.identity();
        let arguments = [&["restore", file.to_str().unwrap(), "--identity", &identity], more].concat();
        sealpost(&machine.database(), &machine.data(), &arguments)
    }
}

/// An empty machine: a data folder that is not there, and a database with nothing in it.
struct Machine(TempDir);

impl Machine {
    async fn new() -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        fs::create_dir(machine.data()).unwrap();
        if let Ok(socket) = std::env::var("SEALPOST_TEST_POSTGRES") {
            let url = format!("postgres://postgres@localhost/postgres?host={socket}");
            let name = url_name(&machine.database()).unwrap();
            execute(&url, &format!("CREATE DATABASE \"{name}\" TEMPLATE template0")).await;
        }
        machine
    }

    /// Named like nothing else, as the database of PostgreSQL is named after it.
    fn data(&self) -> PathBuf {
        let name = self.0.path().file_name().unwrap().to_str().unwrap().replace('.', "");
        self.0.path().join(format!("data{name}"))
    }

    fn database(&self) -> String {
        database(&self.data())
    }

    /// The content of the data folder.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.data()).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Whether there is nothing in it, nor in the database.
    async fn is_empty(&self) -> bool {
        self.files().is_empty() && server::store::copy::is_empty(&self.database()).await.unwrap()
    }
}

/// The name of a database in an address of PostgreSQL's.
fn url_name(url: &str) -> Option<String> {
    let path = url.split_once("localhost/")?.1;
    Some(path.split('?').next()?.to_owned())
}

async fn execute(url: &str, statement: &str) {
    let db = sea_orm::Database::connect(url).await.unwrap();
    db.execute_unprepared(statement).await.unwrap();
    db.close().await.unwrap();
}

async fn count(url: &str, statement: &str) -> i64 {
    let db = sea_orm::Database::connect(url).await.unwrap();
    let statement = Statement::from_string(db.get_database_backend(), statement);
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    db.close().await.unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Makes a key with the program `age-keygen`. Returns its public half.
fn keygen(file: &Path) -> String {
    let ended = Command::new("age-keygen").arg("-o").arg(file).output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    let text = fs::read_to_string(file).unwrap();
    let line = text.lines().find(|line| line.contains("public key: ")).unwrap();
    line.rsplit(' ').next().unwrap().into()
}

/// The files that the programs `age` and `tar` take out of a backup.
fn unpack(backup: &Path, identity: &str, into: &Path) {
    fs::create_dir_all(into).unwrap();
    let opened = Command::new("age")
        .args(["-d", "-i", identity])
        .arg(backup)
        .output()
        .unwrap();
    assert!(opened.status.success(), "{opened:?}");
    let mut tar = Command::new("tar")
        .args(["-x", "-C"])
        .arg(into)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    tar.stdin.take().unwrap().write_all(&opened.stdout).unwrap();
    assert!(tar.wait().unwrap().success());
}

fn is_postgres(home: &Home) -> bool {
    home.database().starts_with("postgres")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_running_relay_is_restored_on_an_empty_machine_and_mail_is_still_sealed() {
    let mut backups = Backups::new().await;
    let said = backups
        .home
        .send(BOB, &backups.home.alias, &letter(&backups.home.alias, SECRET))
        .await;
    assert!(said.starts_with("250"), "{said}");
    assert_eq!(backups.home.outbox().await.len(), 1);
    let backup = backups.make(&[]);
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    let (done, said) = backups.verify(&backup);
    assert!(done, "{said}");
    for line in [
        "The backup is sound.",
        "accounts: 1, mailboxes: 1, aliases: 1, messages that wait: 0",
        "The master key in it opens the database.",
    ] {
        assert!(said.contains(line), "no {line:?}: {said}");
    }
    assert!(!said.contains("example.org") && !said.contains("amber-otter"), "{said}");

    let machine = Machine::new().await;
    let (done, said) = backups.restore(&machine, &backup, &[]);
    assert!(done && said.contains("Start the relay"), "{said}");
    let data = machine.data();
    for name in ["master.key", "dkim.key"] {
        let (old, new) = (backups.home.folder.path().join(name), data.join(name));
        assert_eq!(fs::read(old).unwrap(), fs::read(&new).unwrap(), "{name}");
        assert_eq!(fs::metadata(new).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(
        machine.files().iter().all(|name| !name.contains("draft")),
        "{:?}",
        machine.files()
    );

    // The relay of the empty machine, with the mailbox's provider of before.
    let database = machine.database();
    let restored = backups.home.restart_with(Arc::new(SystemClock), |config| {
        config.database_url = Zeroizing::new(database);
        config.master_key = MasterKeySource::Own(data.join("master.key")).into();
        config.dkim_key = DkimKeySource::Own(data.join("dkim.key"));
        config.data = data;
    });
    restored.await;
    let home = &backups.home;
    let said = home.send(BOB, &home.alias, &letter(&home.alias, SECRET)).await;
    assert!(said.starts_with("250"), "{said}");
    let sealed = home.outbox().await;
    assert_eq!(sealed.len(), 2);
    for mail in sealed {
        let opened = String::from_utf8(home.open(&mail)).unwrap();
        assert!(opened.contains(SECRET), "{opened}");
        assert!(!mail.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_verified_where_the_settings_cannot_be_used() {
    let backups = Backups::new().await;
    let file = backups.make(&[]);
    fs::write(
        backups.home.folder.path().join("sealpost.toml"),
        "delivery_user = \"needs a password\"\n",
    )
    .unwrap();
    let (done, said) = backups.verify(&file);
    assert!(
        done && said.contains("The master key in it opens the database."),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_rotation_has_both_master_keys_and_is_restored() {
    let mut backups = Backups::new().await;
    let said = backups
        .home
        .send(BOB, &backups.home.alias, &letter(&backups.home.alias, SECRET))
        .await;
    assert!(said.starts_with("250"), "{said}");
    backups.home.outbox().await;
    backups.home.relay.stop().await;
    let of_backup = backups.home.folder.path();
    let (key, previous) = (of_backup.join("master.key"), of_backup.join("previous-master.key"));
    fs::rename(&key, &previous).unwrap();
    let new = Vault::open(&MasterKeySource::Own(key)).unwrap();
    let vault = new.with_previous(&MasterKeySource::File(previous.clone())).unwrap();
    let now = time::OffsetDateTime::now_utc();
    let begun = backups.home.store.begin_rotation(&vault, now).await.unwrap();
    assert_eq!(begun, Rotation::Begun);

    let backup = backups.make(&[]);
    let aside = of_backup.join("aside");
    fs::rename(&previous, &aside).unwrap();
    let (to, recipient) = (backups.to(), backups.recipient.clone());
    let (done, said) = backups.run(&["backup", "--to", &to, "--recipient", &recipient]);
    assert!(!done && said.contains("is not the one of the database"), "{said}");
    let (done, said) = backups.verify(&backup);
    assert!(
        done && said.contains("The master key in it opens the database."),
        "{said}"
    );

    let machine = Machine::new().await;
    let (done, said) = backups.restore(&machine, &backup, &[]);
    assert!(done, "{said}");
    let (data, database) = (machine.data(), machine.database());
    assert_eq!(
        fs::read(data.join("previous-master.key")).unwrap(),
        fs::read(aside).unwrap()
    );
    let (done, said) = sealpost(&database, &data, &["key", "rotate"]);
    assert!(
        done && said.contains("The rotation goes on.") && said.contains("Nothing is left"),
        "{said}"
    );
    let restored = backups.home.restart_with(Arc::new(SystemClock), |config| {
        config.database_url = Zeroizing::new(database);
        config.master_key = MasterKeySource::Own(data.join("master.key")).into();
        config.dkim_key = DkimKeySource::Own(data.join("dkim.key"));
        config.data = data;
    });
    restored.await;
    let home = &backups.home;
    let said = home.send(BOB, &home.alias, &letter(&home.alias, SECRET)).await;
    assert!(said.starts_with("250"), "{said}");
    for mail in home.outbox().await {
        assert!(String::from_utf8_lossy(&home.open(&mail)).contains(SECRET));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_programs_age_and_tar_open_a_backup_and_the_databases_own_programs_read_it() {
    let backups = Backups::new().await;
    let unpacked = backups.folder.path().join("unpacked");
    let backup = backups.make(&[]);
    unpack(&backup, &backups.identity(), &unpacked);
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(unpacked.join("sealpost-backup.json")).unwrap()).unwrap();
    for part in manifest["parts"].as_array().unwrap() {
        let file = unpacked.join(part["name"].as_str().unwrap());
        let hash = Command::new("sha256sum").arg(&file).output().unwrap().stdout;
        let hash = String::from_utf8(hash).unwrap();
        assert!(hash.starts_with(part["sha256"].as_str().unwrap()), "{part}: {hash}");
        assert_eq!(part["octets"], fs::metadata(&file).unwrap().len());
    }
    let (mut program, says) = match is_postgres(&backups.home) {
        true => {
            let mut program = Command::new("pg_restore");
            program.arg("--list").arg(unpacked.join("sealpost.dump"));
            (program, "TABLE DATA public aliases")
        }
        false => {
            let mut program = Command::new("sqlite3");
            program
                .arg(unpacked.join("sealpost.db"))
                .arg("PRAGMA integrity_check; SELECT 'aliases ' || COUNT(*) FROM aliases;");
            (program, "ok\naliases 1\n")
        }
    };
    let read = program.output().unwrap();
    let text = String::from_utf8(read.stdout).unwrap();
    assert!(read.status.success() && text.contains(says), "{text}");
    // The relay itself could read this; nobody can without the key.
    let bytes = fs::read(&backup).unwrap();
    for text in [
        &b"amber-otter"[..],
        b"example.org",
        MASTER.as_bytes(),
        b"PRIVATE KEY",
        b"SQLite format",
    ] {
        assert!(!bytes.windows(text.len()).any(|window| window == text));
    }
    assert!(!backups.home.folder.path().join("backup.draft").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_was_accepted_before_is_in_a_backup_that_is_made_while_more_arrives() {
    let backups = Backups::with_queue().await;
    let home = &backups.home;
    let send = || home.send(BOB, &home.alias, "Subject: x\r\n\r\nx\r\n");
    for _ in 0..5 {
        assert!(send().await.starts_with("250"));
    }
    let arriving = async {
        for _ in 0..40 {
            assert!(send().await.starts_with("250"));
        }
    };
    let (to, recipient) = (backups.to(), backups.recipient.clone());
    let (url, folder) = (home.database(), home.folder.path().to_owned());
    let making = tokio::task::spawn_blocking(move || {
        sealpost(&url, &folder, &["backup", "--to", &to, "--recipient", &recipient])
    });
    let ((), made) = tokio::join!(arriving, making);
    let (done, said) = made.unwrap();
    assert!(done, "{said}");
    let backup: PathBuf = said.lines().next().unwrap().split(" (").next().unwrap().into();
    let (done, said) = backups.verify(&backup);
    assert!(done, "{said}");
    let machine = Machine::new().await;
    let (done, said) = backups.restore(&machine, &backup, &[]);
    assert!(done && said.contains("goes out a second time"), "{said}");
    let waiting = "SELECT COUNT(*) FROM queue WHERE next_try_at IS NOT NULL";
    let restored = count(&machine.database(), waiting).await;
    assert!((5..=45).contains(&restored), "{restored}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_queue_nothing_is_sent_again() {
    let backups = Backups::with_queue().await;
    let home = &backups.home;
    let said = home.send(BOB, &home.alias, &letter(&home.alias, SECRET)).await;
    assert!(said.starts_with("250"), "{said}");
    let backup = backups.make(&[]);
    let machine = Machine::new().await;
    let (done, said) = backups.restore(&machine, &backup, &["--without-queue"]);
    assert!(done && !said.contains("second time"), "{said}");
    for (table, expected) in [("queue", 0), ("queue_piece", 0), ("aliases", 1), ("contacts", 1)] {
        let rows = count(&machine.database(), &format!("SELECT COUNT(*) FROM {table}")).await;
        assert_eq!(rows, expected, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_incomplete_altered_or_another_keys_is_refused_and_nothing_is_left() {
    let backups = Backups::new().await;
    let whole = fs::read(backups.make(&[])).unwrap();
    let altered = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    let other = backups.folder.path().join("other.txt");
    keygen(&other);
    let damaged = "incomplete or was altered";
    let machine = Machine::new().await;
    for (bytes, says) in [
        (altered(whole.len() / 2), damaged),
        (altered(whole.len() - 1), damaged),
        (altered(0), "not encrypted with age"),
        (whole[..whole.len() - 1].to_vec(), damaged),
        (whole[..whole.len() / 2].to_vec(), damaged),
        // The end of a block of age's.
        (whole[..whole.len() - whole.len() % 65_552].to_vec(), damaged),
        ([&whole[..], b"x"].concat(), damaged),
        (b"SQLite format 3\0".to_vec(), "not encrypted with age"),
    ] {
        let file = backups.folder.path().join("damaged.age");
        fs::write(&file, &bytes).unwrap();
        let (done, said) = backups.verify(&file);
        assert!(!done && said.contains(says), "{}: {said}", bytes.len());
        let (done, said) = backups.restore(&machine, &file, &[]);
        assert!(!done && said.contains(says), "{}: {said}", bytes.len());
        assert!(machine.is_empty().await, "{:?}", machine.files());
    }
    let file = backups.folder.path().join("whole.age");
    fs::write(&file, &whole).unwrap();
    for (identity, says) in [
        (other.as_path(), "not encrypted to this key"),
        (&file, "has no private key of age"),
    ] {
        let arguments = [
            "restore",
            file.to_str().unwrap(),
            "--identity",
            identity.to_str().unwrap(),
        ];
        let (done, said) = sealpost(&machine.database(), &machine.data(), &arguments);
        assert!(!done && said.contains(says), "{said}");
    }
    assert!(machine.is_empty().await);
    let (done, said) = backups.restore(&machine, &file, &[]);
    assert!(done, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_never_replaced() {
    let backups = Backups::new().await;
    let backup = backups.make(&[]);
    // The machine that made it.
    let (file, identity) = (backup.to_str().unwrap(), backups.identity());
    let (done, said) = backups.run(&["restore", file, "--identity", &identity]);
    assert!(!done && said.contains("is not empty: it holds"), "{said}");
    // An empty folder, but the database of that machine.
    let empty = tempfile::tempdir().unwrap();
    let arguments = ["restore", file, "--identity", &identity];
    let (done, said) = sealpost(&backups.home.database(), empty.path(), &arguments);
    assert!(!done && said.contains("the database is not empty"), "{said}");
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
    // Once it is restored, not a second time.
    let machine = Machine::new().await;
    assert!(backups.restore(&machine, &backup, &[]).0);
    let before = machine.files();
    let (done, said) = backups.restore(&machine, &backup, &[]);
    assert!(!done && said.contains("is not empty"), "{said}");
    assert_eq!(machine.files(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_newer_schema_is_refused() {
    let backups = Backups::new().await;
    let home = &backups.home;
    home.sql("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m999_of_a_newer_release', 0)")
        .await;
    let backup = backups.make(&[]);
    let machine = Machine::new().await;
    for (done, said) in [backups.verify(&backup), backups.restore(&machine, &backup, &[])] {
        assert!(
            !done && said.contains("a newer release of sealpost made this backup"),
            "{said}"
        );
    }
    assert!(machine.is_empty().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_without_its_master_key_is_made_by_request_only() {
    let backups = Backups::new().await;
    let (to, recipient) = (backups.to(), backups.recipient.clone());
    let arguments = ["backup", "--to", &to, "--recipient", &recipient];
    let key = backups.home.folder.path().join("master.key");
    fs::write(&key, "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=").unwrap();
    let (done, said) = backups.run(&arguments);
    assert!(!done && said.contains("is not the one of the database"), "{said}");
    fs::remove_file(&key).unwrap();
    let (done, said) = backups.run(&arguments);
    assert!(!done && said.contains("there is no master key"), "{said}");
    assert_eq!(fs::read_dir(&to).unwrap().count(), 0);
    let backup = backups.make(&["--without-master-key"]);
    let (done, said) = backups.verify(&backup);
    assert!(done && said.contains("was not checked"), "{said}");
    fs::write(&key, MASTER).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let (_, said) = backups.verify(&backup);
    assert!(said.contains("the one of the settings opens the database"), "{said}");
    let machine = Machine::new().await;
    let (done, said) = backups.restore(&machine, &backup, &[]);
    assert!(done && said.contains("The master key was not in the backup"), "{said}");
    assert!(!machine.files().contains(&"master.key".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn older_backups_go_when_a_new_one_is_there_and_not_before() {
    let backups = Backups::new().await;
    let folder = PathBuf::from(backups.to());
    fs::create_dir(&folder).unwrap();
    for day in 1..=3 {
        fs::write(folder.join(format!("sealpost-2026-01-0{day}T000000Z.age")), "old").unwrap();
    }
    fs::write(folder.join("sealpost-2026-01-04T000000Z.age.draft"), "half").unwrap();
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    let names = || {
        let mut names: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    // It fails: the key of the settings cannot be read.
    let key = backups.home.folder.path().join("master.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let to = backups.to();
    let (done, _) = backups.run(&["backup", "--to", &to, "--recipient", &backups.recipient, "--keep", "2"]);
    assert!(!done);
    // Only what a killed process left is gone.
    assert_eq!(names().len(), 4);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let new = backups.make(&["--keep", "2"]);
    let new = new.file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(names(), ["notes.txt", "sealpost-2026-01-03T000000Z.age", &new]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_folder_or_a_key_it_says_what_to_set() {
    let backups = Backups::new().await;
    let to = backups.to();
    for (arguments, says) in [
        (&["backup"][..], "set backup_to"),
        (&["backup", "--to", &to], "set backup_recipient"),
        (
            &["backup", "--to", &to, "--recipient", "ann"],
            "must be public keys of age",
        ),
        (
            &["backup", "--to", "/nowhere/at/all", "--recipient", &backups.recipient],
            "the folder of backups /nowhere/at/all cannot be used",
        ),
    ] {
        let (done, said) = backups.run(arguments);
        assert!(!done && said.contains(says), "{arguments:?}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_program_of_postgresql_is_named() {
    let backups = Backups::new().await;
    if !is_postgres(&backups.home) {
        return;
    }
    let ended = Command::new(env!("CARGO_BIN_EXE_sealpost"))
        .args(["backup", "--to", &backups.to(), "--recipient", &backups.recipient])
        .env_clear()
        .env("PATH", "/nowhere")
        .env("SEALPOST_DATA", backups.home.folder.path())
        .env("SEALPOST_DATABASE_URL", backups.home.database())
        .output()
        .unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.contains("pg_dump is missing"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dkim_key_elsewhere_is_in_the_backup_and_the_operator_learns_where_it_goes() {
    let backups = Backups::new().await;
    let elsewhere = backups.home.folder.path().join("keys");
    fs::create_dir(&elsewhere).unwrap();
    let key = elsewhere.join("mail.pem");
    fs::rename(backups.home.folder.path().join("dkim.key"), &key).unwrap();
    let settings = [("DKIM_KEY_FILE", key.to_str().unwrap())];
    let (to, identity) = (backups.to(), backups.identity());
    let (database, folder) = (backups.home.database(), backups.home.folder.path());
    let arguments = ["backup", "--to", &to, "--recipient", &backups.recipient];
    let (done, said) = sealpost_with(&settings, &database, folder, &arguments);
    assert!(done, "{said}");
    let backup = said.lines().next().unwrap().split(" (").next().unwrap();
    let machine = Machine::new().await;
    let arguments = ["restore", backup, "--identity", &identity];
    let (done, said) = sealpost_with(&settings, &machine.database(), &machine.data(), &arguments);
    assert!(done, "{said}");
    let restored = machine.data().join("elsewhere-dkim.key");
    assert!(
        said.contains(&format!("mv {} {}", restored.display(), key.display())),
        "{said}"
    );
    assert_eq!(fs::read(restored).unwrap(), fs::read(key).unwrap());
}
