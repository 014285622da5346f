//! Checks a backup: all hashes, the database, and whether its master key opens it.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::{
    BackupError, Identities, archive,
    draft::{Bytes, Draft},
    manifest::{MASTER_KEY, MOST_FILE, Manifest, PREVIOUS_MASTER_KEY},
    postgres::{Contents, Reading},
};
use crate::{
    config::Config,
    store::{self, copy, database_kind::DatabaseKind},
    vault::{MasterKeySource, Vault, Wrapped},
};

/// A sound backup.
pub struct Verified {
    /// Its content.
    pub manifest: Manifest,
    /// Which master key opens its database.
    pub key: KeyState,
}

/// Which master key opens the database of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// The one in the backup.
    Inside,
    /// The one that the settings name.
    Configured,
    /// None is needed: the relay never ran with this database.
    Unbound,
    /// There is none to try.
    Missing,
}

/// The parts that were taken out of a backup.
pub(super) struct Taken {
    pub manifest: Manifest,
    /// The files other than the database.
    pub small: Vec<(String, Zeroizing<Vec<u8>>)>,
    pub database: Database,
}

/// Where a database goes.
pub(super) struct Target {
    /// The file for one of SQLite.
    pub copy: PathBuf,
    /// The only kind that is wanted.
    pub only: Option<DatabaseKind>,
}

/// The database that was taken out.
pub(super) enum Database {
    /// A file of SQLite's.
    Sqlite(Draft),
    /// The contents of a dump.
    Postgres(Contents),
}

/// Checks a backup. SQLite's database is unpacked into `scratch` for that, and removed.
///
/// # Errors
/// The backup is not sound, or cannot be opened.
pub async fn verify(
    file: &Path,
    identities: Identities,
    config: Option<&Config>,
    scratch: &Path,
    stop: &CancellationToken,
) -> Result<Verified, BackupError> {
    let backup = open(file)?;
    let target = Target {
        copy: scratch.join(format!("sealpost-verify-{}.draft", std::process::id())),
        only: None,
    };
    let cancelled = stop.clone();
    let taking = move || take(&backup, &identities, target, &cancelled);
    let taken = tokio::task::spawn_blocking(taking).await??;
    let bound = check(&taken, stop).await?;
    let key = key_state(&taken, bound.as_ref(), config)?;
    Ok(Verified {
        manifest: taken.manifest,
        key,
    })
}

pub(super) fn open(file: &Path) -> Result<File, BackupError> {
    File::open(file).map_err(|error| BackupError::File(file.to_owned(), error))
}

/// Reads a whole backup, compares all hashes, and takes out what it holds.
pub(super) fn take(
    backup: &File,
    identities: &Identities,
    target: Target,
    stop: &CancellationToken,
) -> Result<Taken, BackupError> {
    let (mut small, mut database, mut copy) = (Vec::new(), None, Some(target.copy));
    let manifest = archive::read(backup, &identities.0, stop, |manifest, part, from| {
        if let Some(settings) = target.only.filter(|only| *only != manifest.database) {
            return Err(BackupError::OtherDatabase {
                backup: manifest.database.name(),
                settings: settings.name(),
            });
        }
        let unknown = copy::unknown_steps(&manifest.schema);
        if unknown > 0 {
            return Err(BackupError::Newer(manifest.program.clone()));
        }
        match (manifest.is_database(part), manifest.database) {
            (false, _) => {
                let mut bytes = Zeroizing::new(Vec::new());
                archive::copy(&mut Read::take(from, MOST_FILE), &mut *bytes, stop)?;
                small.push((part.name.clone(), bytes));
            }
            (true, DatabaseKind::Sqlite) => {
                let path = copy.take().ok_or(BackupError::NotABackup)?;
                let draft = Draft::create(path.clone(), Bytes::Plain)?;
                match archive::copy(from, &mut draft.file(), stop) {
                    Err(BackupError::Write(error)) => return Err(BackupError::File(path, error)),
                    copied => copied?,
                };
                database = Some(Database::Sqlite(draft));
            }
            (true, DatabaseKind::Postgresql) => {
                let mut reading = Reading::start()?;
                archive::copy(from, &mut reading, stop)?;
                database = Some(Database::Postgres(reading.finish()?));
            }
        }
        Ok(())
    })?;
    Ok(Taken {
        manifest,
        small,
        database: database.ok_or(BackupError::NotABackup)?,
    })
}

/// Looks into the database. Returns the value by which its master key is recognised.
pub(super) async fn check(taken: &Taken, stop: &CancellationToken) -> Result<Option<Wrapped>, BackupError> {
    match &taken.database {
        Database::Sqlite(draft) => {
            let described = tokio::select! {
                described = copy::check_sqlite(draft.path()) => described?,
                () = stop.cancelled() => return Err(BackupError::Stopped),
            };
            let is_same = described.schema == taken.manifest.schema && described.counts == taken.manifest.counts;
            match is_same {
                true => Ok(described.key_check),
                false => Err(BackupError::Damaged("the database is not the one of its first entry")),
            }
        }
        Database::Postgres(contents) => match contents.list.contains(" TABLE DATA ") {
            true => Ok(contents.key_check.clone()),
            false => Err(BackupError::Damaged("the dump has no table")),
        },
    }
}

/// Finds the master key that opens the database: the one inside, or the one of the settings.
pub(super) fn key_state(
    taken: &Taken,
    bound: Option<&Wrapped>,
    config: Option<&Config>,
) -> Result<KeyState, BackupError> {
    let Some(bound) = bound else {
        return Ok(KeyState::Unbound);
    };
    let inside = |name: &str| {
        let (_, bytes) = taken.small.iter().find(|(inside, _)| inside == name)?;
        let text = std::str::from_utf8(bytes).ok()?;
        Some(MasterKeySource::Value(Zeroizing::new(text.to_owned())))
    };
    if taken.manifest.has_master_key() {
        let vault = inside(MASTER_KEY).and_then(|source| Vault::open(&source).ok());
        let vault = vault.ok_or(BackupError::WrongMasterKey)?;
        let vault = match inside(PREVIOUS_MASTER_KEY) {
            Some(previous) => vault
                .with_previous(&previous)
                .map_err(|_| BackupError::WrongMasterKey)?,
            None => vault,
        };
        return match store::fits(bound, &vault) {
            true => Ok(KeyState::Inside),
            false => Err(BackupError::WrongMasterKey),
        };
    }
    match config.map(Config::open_existing_vault) {
        Some(Ok(Some(vault))) if store::fits(bound, &vault) => Ok(KeyState::Configured),
        Some(Ok(Some(_))) => Err(BackupError::WrongMasterKey),
        // On the machine where backups are verified there is mostly none.
        None | Some(Ok(None) | Err(_)) => Ok(KeyState::Missing),
    }
}
