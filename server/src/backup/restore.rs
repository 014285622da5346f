//! Restores a backup on an empty machine: all of it, or nothing.

use std::{
    ffi::OsString,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use tokio_util::sync::CancellationToken;

use super::{
    BackupError, Identities, archive,
    draft::{Bytes, Draft},
    lock,
    manifest::{MASTER_KEY, Manifest},
    postgres::{self, Restoring},
    verify::{self, Database, KeyState, Taken, Target},
};
use crate::{
    config::Config,
    key_file,
    store::{
        self, StoreError, copy,
        database_kind::{self, DatabaseKind},
    },
    vault::{MasterKeySource, Wrapped},
};

/// The end of the name of a file that is not finished.
const DRAFT: &str = ".restore-draft";

/// The list of what is restored of a dump.
const LIST: &str = "contents.restore-draft";

/// The outcome of a restore.
pub struct Restored {
    /// The content of the backup.
    pub manifest: Manifest,
    /// Which master key opens the database.
    pub key: KeyState,
    /// The file that the master key was written into.
    pub master_key: Option<PathBuf>,
}

/// Restores a backup into the data folder and the database of the settings. Both have to be empty. Without the queue, what waited
/// for delivery is left out.
///
/// # Errors
/// Nothing was restored, unless the error says so.
pub async fn restore(
    config: &Config,
    file: &Path,
    identities: Identities,
    without_queue: bool,
    stop: &CancellationToken,
) -> Result<Restored, BackupError> {
    let backup = verify::open(file)?;
    require_empty(config).await?;
    let was_there = config.data.exists();
    key_file::make_folder(&config.data).map_err(|error| BackupError::File(config.data.clone(), error))?;
    let restored = Restore {
        config,
        backup,
        identities,
        without_queue,
        stop,
    }
    .run()
    .await;
    if restored.is_err() && !was_there {
        // It is removed only if it is empty.
        let _ = fs::remove_dir(&config.data);
    }
    restored
}

/// Nothing that is there is ever replaced.
async fn require_empty(config: &Config) -> Result<(), BackupError> {
    let folder = &config.data;
    let failed = |error| BackupError::File(folder.clone(), error);
    // The root of a file system has this folder from the beginning.
    let counts = |entry: &io::Result<fs::DirEntry>| !matches!(entry, Ok(entry) if entry.file_name() == "lost+found");
    match fs::read_dir(folder).map(|mut entries| entries.find(counts)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
        Ok(None) => {}
        Ok(Some(first)) => {
            return Err(BackupError::FolderNotEmpty {
                folder: folder.clone(),
                first: first.map_err(failed)?.file_name().display().to_string(),
            });
        }
    }
    if DatabaseKind::of(&config.database_url) == DatabaseKind::Sqlite {
        let file = sqlite_path(config)?;
        // A log that is left over would be taken for the restored database's.
        if [beside(&file, "-wal"), beside(&file, "-journal")]
            .iter()
            .any(|path| path.exists())
        {
            return Err(BackupError::DatabaseNotEmpty);
        }
    }
    match copy::is_empty(&config.database_url).await? {
        true => Ok(()),
        false => Err(BackupError::DatabaseNotEmpty),
    }
}

fn sqlite_path(config: &Config) -> Result<PathBuf, BackupError> {
    let path = match DatabaseKind::of(&config.database_url) {
        DatabaseKind::Sqlite => database_kind::sqlite_path(&config.database_url)?,
        DatabaseKind::Postgresql => Some(config.data.join("sealpost.db")),
    };
    Ok(path.ok_or(StoreError::Damaged("address of a database in memory"))?)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

struct Restore<'a> {
    config: &'a Config,
    backup: fs::File,
    identities: Identities,
    without_queue: bool,
    stop: &'a CancellationToken,
}

impl Restore<'_> {
    async fn run(self) -> Result<Restored, BackupError> {
        let _held = lock::lock(&self.config.data)?;
        let database = sqlite_path(self.config)?;
        let target = Target {
            copy: beside(&database, DRAFT),
            only: Some(DatabaseKind::of(&self.config.database_url)),
        };
        let (config, without_queue, stop) = (self.config, self.without_queue, self.stop.clone());
        let taking = move || {
            let taken = verify::take(&self.backup, &self.identities, target, &stop);
            taken.map(|taken| (taken, self.backup, self.identities))
        };
        let (mut taken, backup, identities) = tokio::task::spawn_blocking(taking).await??;
        let bound = verify::check(&taken, self.stop).await?;
        let key = verify::key_state(&taken, bound.as_ref(), Some(config))?;
        if key == KeyState::Inside && is_there_already(config, bound.as_ref()) {
            taken.small.retain(|(name, _)| name != MASTER_KEY);
        }
        if let (true, Database::Sqlite(draft)) = (without_queue, &taken.database) {
            copy::forget_queue(draft.path()).await?;
        }
        let place = Place {
            data: config.data.clone(),
            database,
            url: config.database_url.clone(),
            server: server(config).await?,
            without_queue,
            stop: self.stop.clone(),
        };
        let placing = move || place.put(taken, &backup, &identities);
        let (manifest, master_key) = tokio::task::spawn_blocking(placing).await??;
        Ok(Restored {
            manifest,
            key,
            master_key,
        })
    }
}

/// Whether the settings name the right master key already, in a place of the operator's.
fn is_there_already(config: &Config, bound: Option<&Wrapped>) -> bool {
    let is_elsewhere = !matches!(*config.master_key, MasterKeySource::Own(_));
    let vault = config.open_existing_vault().ok().flatten();
    is_elsewhere
        && bound
            .zip(vault)
            .is_some_and(|(bound, vault)| store::fits(bound, &vault))
}

/// The major version of the server, if the database has one.
async fn server(config: &Config) -> Result<u32, BackupError> {
    match DatabaseKind::of(&config.database_url) {
        DatabaseKind::Sqlite => Ok(0),
        DatabaseKind::Postgresql => Ok(copy::server_version(&config.database_url).await?),
    }
}

/// Where all of it goes.
struct Place {
    data: PathBuf,
    database: PathBuf,
    url: zeroize::Zeroizing<String>,
    server: u32,
    without_queue: bool,
    stop: CancellationToken,
}

impl Place {
    /// Writes all files beside their places, restores a dump in one transaction, and gives the files their names.
    fn put(
        self,
        taken: Taken,
        backup: &fs::File,
        identities: &Identities,
    ) -> Result<(Manifest, Option<PathBuf>), BackupError> {
        let mut drafts = Vec::new();
        let mut master_key = None;
        for (name, bytes) in &taken.small {
            let path = self.data.join(name);
            let draft = Draft::create(beside(&path, DRAFT), Bytes::Plain)?;
            let written = draft.file().write_all(bytes).and_then(|()| draft.file().sync_all());
            written.map_err(|error| BackupError::File(path.clone(), error))?;
            if name == MASTER_KEY {
                master_key = Some(path.clone());
            }
            drafts.push((draft, path));
        }
        let is_dump = match taken.database {
            Database::Sqlite(draft) => {
                // An empty file may be there. If a relay has started meanwhile, it is not empty any more.
                match fs::metadata(&self.database) {
                    Ok(about) if about.len() > 0 => return Err(BackupError::DatabaseNotEmpty),
                    Ok(_) => {
                        fs::remove_file(&self.database)
                            .map_err(|error| BackupError::File(self.database.clone(), error))?;
                    }
                    Err(_) => {}
                }
                // First of all: with keys and without a database a relay would begin anew, and refuse all aliases.
                drafts.insert(0, (draft, self.database.clone()));
                false
            }
            Database::Postgres(contents) => {
                let list = match self.without_queue {
                    true => postgres::without_queue(&contents.list),
                    false => contents.list,
                };
                self.restore_dump(&list, &taken.manifest, backup, identities)?;
                true
            }
        };
        match (publish(drafts), is_dump) {
            (Ok(()), _) => Ok((taken.manifest, master_key)),
            (Err(error), false) => Err(error),
            (Err(error), true) => Err(BackupError::Files(self.data, Box::new(error))),
        }
    }

    /// Reads the backup a second time, and feeds the dump in it to PostgreSQL.
    fn restore_dump(
        &self,
        list: &str,
        expected: &Manifest,
        mut backup: &fs::File,
        identities: &Identities,
    ) -> Result<(), BackupError> {
        let path = self.data.join(LIST);
        let draft = Draft::create(path.clone(), Bytes::Encrypted)?;
        let failed = |error| BackupError::File(path.clone(), error);
        draft.file().write_all(list.as_bytes()).map_err(failed)?;
        io::Seek::rewind(&mut backup).map_err(failed)?;
        let mut restoring = Restoring::start(&self.url, self.server, draft.path())?;
        let manifest = archive::read(backup, &identities.0, &self.stop, |manifest, part, from| {
            match manifest == expected && manifest.is_database(part) {
                true => restoring.feed(from, &self.stop),
                false => Ok(()),
            }
        })?;
        match manifest == *expected {
            true => restoring.finish(),
            false => Err(BackupError::Damaged("it changed while it was read")),
        }
    }
}

/// Gives all files their names, or none.
fn publish(drafts: Vec<(Draft, PathBuf)>) -> Result<(), BackupError> {
    let mut published = Vec::with_capacity(drafts.len());
    for (draft, path) in drafts {
        published.push(draft.publish(&path)?);
    }
    published.into_iter().for_each(super::draft::Published::keep);
    Ok(())
}
