//! Why a backup is not made, or not restored.

use std::{io, path::PathBuf};

use crate::store::StoreError;
use crate::vault::VaultError;

/// Why a backup is not made, not sound, or not restored. No text names a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// No folder is named.
    #[error("there is no folder for backups: set backup_to, or name one with --to")]
    NoFolder,
    /// Nobody could open the backup.
    #[error(
        "there is no key to encrypt the backup to: set backup_recipient, or name one with --recipient. \
         age-keygen -o FILE makes a key and prints its public half; keep FILE off this machine"
    )]
    NoRecipient,
    /// The folder of backups cannot be used.
    #[error("the folder of backups {0} cannot be used")]
    Folder(PathBuf, #[source] io::Error),
    /// Another process makes or restores a backup of this data folder.
    #[error("another backup or restore is at work in {0}")]
    Busy(PathBuf),
    /// The folder belongs to another user, whose program could not read what this one writes.
    #[error("{folder} belongs to user {owner}: run this as that user, for example with sudo -u sealpost")]
    Owner {
        /// The data folder.
        folder: PathBuf,
        /// The number of its owner.
        owner: u32,
    },
    /// There is nothing to back up.
    #[error("there is no database to back up: the relay makes it when it starts")]
    NoDatabase,
    /// A file is read or written.
    #[error("{0} cannot be read or written")]
    File(PathBuf, #[source] io::Error),
    /// Something is written that is no file of a known name.
    #[error("writing failed")]
    Write(#[source] io::Error),
    /// The database.
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
    /// The master key.
    #[error("the master key cannot be used; --without-master-key makes a backup without it")]
    MasterKey(#[source] VaultError),
    /// The master key is not where the settings look for it.
    #[error(
        "there is no master key where the settings look for it, and nobody can use a backup without it. Run this with all \
         settings of the relay, or with --without-master-key if you keep the key elsewhere"
    )]
    NoMasterKey,
    /// The master key is another one than the database's.
    #[error(
        "the master key is not the one of the database: what is restored from this could not be read. \
         --without-master-key makes a backup without it"
    )]
    ForeignMasterKey,
    /// A program of PostgreSQL's is not there.
    #[error("{0} is missing (Debian: apt install postgresql-client)")]
    NoProgram(&'static str),
    /// A program of PostgreSQL's is older than the server.
    #[error(
        "{program} is of PostgreSQL {program_version}, and the server of {server}: install the client programs of {server}"
    )]
    OldProgram {
        /// The program.
        program: &'static str,
        /// Its major version.
        program_version: u32,
        /// The server's.
        server: u32,
    },
    /// A program of PostgreSQL's failed.
    #[error("{program} failed: {said}")]
    Program {
        /// The program.
        program: &'static str,
        /// The end of what it said.
        said: String,
    },
    /// The file of the private key cannot be used.
    #[error(
        "{0} has no private key of age: a line that begins with AGE-SECRET-KEY-1. If the file has a passphrase: age -d FILE | sealpost … --identity -"
    )]
    Identity(PathBuf),
    /// The file is none of age's.
    #[error("this is not a backup: the file is not encrypted with age")]
    NotEncrypted,
    /// The file is age's, but holds no backup.
    #[error("this is not a backup of a relay")]
    NotABackup,
    /// The key opens other files.
    #[error("the backup was not encrypted to this key, or its beginning was altered")]
    WrongIdentity,
    /// The file is not as it was written.
    #[error("the backup is incomplete or was altered: {0}")]
    Damaged(&'static str),
    /// The file ends early, or was changed.
    #[error("the backup is incomplete or was altered")]
    Unreadable(#[source] io::Error),
    /// A newer release made it.
    #[error("a newer release of sealpost made this backup ({0}): install that release first")]
    Newer(String),
    /// The master key of the backup does not open its database.
    #[error("the master key does not belong to the database of this backup")]
    WrongMasterKey,
    /// The data folder is in use.
    #[error(
        "{folder} is not empty: it holds {first}. A backup is restored into an empty folder only. Stop the relay, and move away what is there"
    )]
    FolderNotEmpty {
        /// The data folder.
        folder: PathBuf,
        /// Its content.
        first: String,
    },
    /// The database is in use.
    #[error(
        "the database is not empty. A backup is restored into an empty database only; make a new one, and set database_url"
    )]
    DatabaseNotEmpty,
    /// The settings name another kind of database.
    #[error("the backup is of {backup}, and the settings name {settings}: set database_url")]
    OtherDatabase {
        /// The kind that was backed up.
        backup: &'static str,
        /// The kind that the settings name.
        settings: &'static str,
    },
    /// The database is restored and the files are not.
    #[error(
        "the database was restored, but the files beside it could not be put into {0}. \
         Make the database anew, and restore again"
    )]
    Files(PathBuf, #[source] Box<BackupError>),
    /// A task ended early.
    #[error("the work ended early")]
    Task(#[from] tokio::task::JoinError),
    /// The operator stopped it.
    #[error("stopped; nothing was left behind")]
    Stopped,
}
