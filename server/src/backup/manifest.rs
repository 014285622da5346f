//! The first entry of a backup: what it holds.

use std::{collections::HashSet, ffi::OsStr, path::Path};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::BackupError;
use crate::{
    config::{Config, DkimKeySource},
    store::{copy::Counts, database_kind::DatabaseKind},
    vault::MasterKeySource,
};

/// The form of backups that this program writes, and the newest that it reads.
const FORMAT: u32 = 1;

/// The name of the entry.
pub(super) const MANIFEST: &str = "sealpost-backup.json";

/// The name of the master key's entry.
pub(super) const MASTER_KEY: &str = "master.key";

/// The name of the previous master key's entry, while the key is rotated.
pub(super) const PREVIOUS_MASTER_KEY: &str = "previous-master.key";

/// The names of DKIM keys that the settings have outside of the data folder.
pub(super) const DKIM_KEYS_ELSEWHERE: [&str; 2] = ["elsewhere-dkim.key", "elsewhere-second-dkim.key"];

/// Most octets of the entry. A real one has about 3,000.
pub(super) const MOST_MANIFEST: u64 = 1 << 20;

/// Most octets of a file other than the database. A key has about 2,000, and a chain of certificates 10,000.
pub(super) const MOST_FILE: u64 = 1 << 20;

/// Most files in a backup, so that what is held in memory has a bound.
const MOST_PARTS: usize = 64;

/// The ends of names that files of keys, certificates and accounts have.
pub(super) const KEPT: [&str; 4] = ["crt", "json", "key", "pem"];

/// The content of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the archive.
    pub format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub made: OffsetDateTime,
    /// Which database it is.
    pub database: DatabaseKind,
    /// The steps of the schema that were run.
    pub schema: Vec<String>,
    /// How many rows it has.
    pub counts: Counts,
    /// The files, in the order in which they follow. The database is the last.
    pub parts: Vec<Part>,
}

/// A file in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its length.
    pub octets: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

/// The part that every form of the archive says first.
#[derive(Deserialize)]
struct Head {
    format: u32,
    program: String,
}

impl Manifest {
    /// Describes a backup that is made now, without any file yet.
    pub(super) fn new(database: DatabaseKind, schema: Vec<String>, counts: Counts, made: OffsetDateTime) -> Self {
        Self {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").into(),
            made,
            database,
            schema,
            counts,
            parts: Vec::new(),
        }
    }

    /// Reads the entry.
    pub(super) fn parse(text: &[u8]) -> Result<Self, BackupError> {
        let head: Head = serde_json::from_slice(text).map_err(|_| BackupError::NotABackup)?;
        if head.format > FORMAT {
            return Err(BackupError::Newer(head.program));
        }
        let manifest: Self = serde_json::from_slice(text).map_err(|_| BackupError::NotABackup)?;
        match manifest.is_sound() {
            true => Ok(manifest),
            false => Err(BackupError::Damaged("its first entry contradicts itself")),
        }
    }

    /// Whether the files have names that can be written into a data folder, and the database is the last.
    fn is_sound(&self) -> bool {
        let mut names = HashSet::new();
        let Some((database, files)) = self.parts.split_last() else {
            return false;
        };
        self.parts.len() <= MOST_PARTS
            && database.name == database_name(self.database)
            && self.parts.iter().all(|part| names.insert(&part.name))
            && files.iter().all(|part| is_kept(&part.name) && part.octets <= MOST_FILE)
    }

    /// The part that is the database.
    pub(super) fn is_database(&self, part: &Part) -> bool {
        part.name == database_name(self.database)
    }

    /// Whether it has the master key.
    pub fn has_master_key(&self) -> bool {
        self.has(MASTER_KEY)
    }

    fn has(&self, name: &str) -> bool {
        self.parts.iter().any(|part| part.name == name)
    }

    /// The files in it that the relay may look for elsewhere than in the data folder: the name of the file in the data folder, and
    /// the place that the settings name.
    pub fn elsewhere<'a>(&'a self, config: &'a Config) -> impl Iterator<Item = (&'static str, &'a Path)> {
        let keys = dkim_keys(config).into_iter().zip(DKIM_KEYS_ELSEWHERE);
        let dkim = keys.filter_map(|(key, name)| Some((name, key?)));
        let previous = match &*config.previous_master_key {
            MasterKeySource::File(path) => Some((PREVIOUS_MASTER_KEY, &**path)),
            _ => None,
        };
        dkim.chain(previous).filter(|(name, _)| self.has(name))
    }
}

/// The name of the database's entry.
pub(super) const fn database_name(kind: DatabaseKind) -> &'static str {
    match kind {
        DatabaseKind::Sqlite => "sealpost.db",
        DatabaseKind::Postgresql => "sealpost.dump",
    }
}

/// Where the settings have DKIM keys where the backup does not look by itself: the first and the second one.
pub(super) fn dkim_keys(config: &Config) -> [Option<&Path>; 2] {
    let second = config.second_dkim_key.as_ref().map(|second| &second.key);
    [Some(&config.dkim_key), second].map(|key| match key {
        Some(DkimKeySource::File(path)) if !is_in_data_folder(path, config) => Some(&**path),
        _ => None,
    })
}

/// Whether a file is in the backup because it lies in the data folder, under its own name.
fn is_in_data_folder(path: &Path, config: &Config) -> bool {
    let name = path.file_name().and_then(OsStr::to_str);
    path.parent() == Some(&config.data) && name.is_some_and(|name| is_kept(name) && !is_read_by_settings(name))
}

/// Whether the settings say where the key of this name comes from. The file in the data folder may be a left-over.
pub(super) fn is_read_by_settings(name: &str) -> bool {
    [MASTER_KEY, PREVIOUS_MASTER_KEY].contains(&name) || DKIM_KEYS_ELSEWHERE.contains(&name)
}

/// Whether a file of a data folder belongs into a backup, by its name.
pub(super) fn is_kept(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !name.starts_with('.')
        && name.chars().all(plain)
        && name
            .rsplit_once('.')
            .is_some_and(|(stem, end)| !stem.is_empty() && KEPT.contains(&end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(names: &[&str]) -> Manifest {
        let counts = Counts {
            accounts: 1,
            mailboxes: 1,
            aliases: 1,
            waiting: 0,
        };
        let mut manifest = Manifest::new(DatabaseKind::Sqlite, Vec::new(), counts, OffsetDateTime::UNIX_EPOCH);
        manifest.parts = names
            .iter()
            .map(|name| Part {
                name: (*name).into(),
                octets: 1,
                sha256: String::new(),
            })
            .collect();
        manifest
    }

    #[test]
    fn no_name_leads_out_of_the_data_folder() {
        for (names, sound) in [
            (&["master.key", "dkim.key", "sealpost.db"][..], true),
            (&["sealpost.db"], true),
            (&["../dkim.key", "sealpost.db"], false),
            (&["/etc/dkim.key", "sealpost.db"], false),
            (&[".key", "sealpost.db"], false),
            (&["sealpost.sh", "sealpost.db"], false),
            (&["dkim.key", "dkim.key", "sealpost.db"], false),
            (&["sealpost.db", "dkim.key"], false),
            (&["sealpost.dump"], false),
            (&[], false),
        ] {
            let text = serde_json::to_vec(&manifest(names)).unwrap();
            assert_eq!(Manifest::parse(&text).is_ok(), sound, "{names:?}");
        }
    }

    #[test]
    fn a_newer_form_is_told_apart_from_rubbish() {
        let newer = br#"{"format": 2, "program": "9.0.0", "else": true}"#;
        assert!(matches!(Manifest::parse(newer), Err(BackupError::Newer(program)) if program == "9.0.0"));
        assert!(matches!(Manifest::parse(b"{}"), Err(BackupError::NotABackup)));
    }
}
