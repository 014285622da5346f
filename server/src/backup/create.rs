//! Makes a backup.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use age::x25519::Identity;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::{
    BackupError, archive,
    draft::{Bytes, Draft},
    folder, lock,
    manifest::{
        DKIM_KEYS_ELSEWHERE, MASTER_KEY, MOST_FILE, Manifest, PREVIOUS_MASTER_KEY, Part, database_name, dkim_keys,
        is_kept, is_read_by_settings,
    },
    postgres,
};
use crate::{
    config::{Config, Recipients},
    store::{
        self,
        copy::{self, Description},
        database_kind::DatabaseKind,
    },
};

/// The name of the database's copy in the data folder while it is read.
const COPY: &str = "backup.draft";

/// How a backup is made.
pub struct Plan {
    /// Where backups go.
    pub folder: PathBuf,
    /// Who can open them.
    pub recipients: Recipients,
    /// How many are kept; 0: all.
    pub keep: u32,
    /// Whether the master key is in it.
    pub with_master_key: bool,
}

/// A backup that was made.
pub struct Made {
    /// Where it is.
    pub path: PathBuf,
    /// Its length.
    pub octets: u64,
    /// Its content.
    pub manifest: Manifest,
    /// Files that are not in it.
    pub left_out: Vec<LeftOut>,
    /// How many older backups were removed.
    pub removed: usize,
}

/// A file that is not in a backup.
pub enum LeftOut {
    /// It looks like a key, and is too large for one.
    TooLarge(String),
    /// The settings name it, and it is not there, or not for the user who makes the backup.
    Missing(PathBuf),
}

/// A file of the backup other than the database.
struct SmallFile {
    name: String,
    bytes: Zeroizing<Vec<u8>>,
}

/// The database, as it waits on the disk.
enum Copy {
    /// As it is.
    Plain(Draft),
    /// Encrypted.
    Encrypted(Draft),
}

/// Makes a backup. The relay may run or not.
///
/// # Errors
/// Nothing is left behind, and no older backup is removed, unless the error is of their removal.
pub async fn create(
    config: &Config,
    plan: Plan,
    now: OffsetDateTime,
    stop: &CancellationToken,
) -> Result<Made, BackupError> {
    if plan.recipients.is_empty() {
        return Err(BackupError::NoRecipient);
    }
    let name = folder::name(now).ok_or(BackupError::NoFolder)?;
    if !config.data.is_dir() {
        return Err(BackupError::NoDatabase);
    }
    let held = lock::lock(&config.data)?;
    folder::prepare(&plan.folder)?;
    // Drafts that a killed process left may be all that fills the disk.
    folder::remove_drafts(&plan.folder)?;
    // Opens the copy of a dump, and the finished file. It is gone with this process.
    let own = Identity::generate();
    let (described, copy) = match DatabaseKind::of(&config.database_url) {
        DatabaseKind::Sqlite => copy_sqlite(config, stop).await?,
        DatabaseKind::Postgresql => copy_postgres(config, &own, stop).await?,
    };
    let mut small = Vec::new();
    if plan.with_master_key {
        small.extend(master_keys(config, &described)?);
    }
    let mut left_out = read_small(&config.data, &mut small)?;
    for (path, name) in dkim_keys(config).into_iter().zip(DKIM_KEYS_ELSEWHERE) {
        match path {
            Some(path) if path.exists() => left_out.extend(read_key(path, name, &mut small)?),
            Some(path) => left_out.push(LeftOut::Missing(path.to_owned())),
            None => {}
        }
    }
    let kind = DatabaseKind::of(&config.database_url);
    let manifest = Manifest::new(kind, described.schema, described.counts, now);
    let stop = stop.clone();
    let work = move || {
        let _held = held;
        let mut made = Work {
            plan: &plan,
            own: &own,
            stop: &stop,
        }
        .write(&name, manifest, &small, copy)?;
        made.left_out = left_out;
        Ok(made)
    };
    tokio::task::spawn_blocking(work).await?
}

/// SQLite's copy is a file. It lies where the database is, on the same disk and for the same user.
async fn copy_sqlite(config: &Config, stop: &CancellationToken) -> Result<(Description, Copy), BackupError> {
    let mut draft = Draft::create(config.data.join(COPY), Bytes::Plain)?;
    let copying = async {
        copy::copy_sqlite(&config.database_url, draft.path()).await?;
        copy::check_sqlite(draft.path()).await
    };
    let described = tokio::select! {
        described = copying => described,
        () = stop.cancelled() => return Err(BackupError::Stopped),
    };
    let described = match described {
        Err(store::StoreError::Gone) => return Err(BackupError::NoDatabase),
        described => described?,
    };
    draft.unlink()?;
    Ok((described, Copy::Plain(draft)))
}

async fn copy_postgres(
    config: &Config,
    own: &Identity,
    stop: &CancellationToken,
) -> Result<(Description, Copy), BackupError> {
    let url = config.database_url.clone();
    let described = copy::describe(&url).await?.ok_or(BackupError::NoDatabase)?;
    let (server, reader, stop) = (described.server.unwrap_or_default(), own.to_public(), stop.clone());
    let mut draft = Draft::create(config.data.join(COPY), Bytes::Encrypted)?;
    draft.unlink()?;
    let dumping = move || {
        let mut into = archive::encrypt(std::iter::once(&reader), draft.file())?;
        postgres::dump(&url, server, &mut into, &stop)?;
        into.finish().map_err(BackupError::Write)?;
        Ok::<_, BackupError>(draft)
    };
    let draft = tokio::task::spawn_blocking(dumping).await??;
    Ok((described, Copy::Encrypted(draft)))
}

/// The master key, wherever it comes from, and the previous one while there is one. A backup without the keys that its database needs
/// would be worthless.
fn master_keys(config: &Config, described: &Description) -> Result<Vec<SmallFile>, BackupError> {
    let vault = config.open_existing_vault().map_err(BackupError::MasterKey)?;
    let needed = [&described.key_check, &described.previous_key_check];
    for bound in needed.into_iter().flatten() {
        match &vault {
            None => return Err(BackupError::NoMasterKey),
            Some(vault) if !store::fits(bound, vault) => return Err(BackupError::ForeignMasterKey),
            Some(_) => {}
        }
    }
    let sources = [
        (MASTER_KEY, &config.master_key),
        (PREVIOUS_MASTER_KEY, &config.previous_master_key),
    ];
    let mut files = Vec::new();
    for (name, source) in sources {
        let encoded = source.encoded().map_err(BackupError::MasterKey)?;
        files.extend(encoded.map(|text| SmallFile {
            name: name.into(),
            bytes: Zeroizing::new(text.as_bytes().to_vec()),
        }));
    }
    Ok(files)
}

/// Reads keys, certificates and accounts of the data folder. Returns the files that are too large to be one.
fn read_small(data: &Path, small: &mut Vec<SmallFile>) -> Result<Vec<LeftOut>, BackupError> {
    let failed = |error| BackupError::File(data.to_owned(), error);
    let mut names = Vec::new();
    for entry in fs::read_dir(data).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let is_file = entry.file_type().map_err(failed)?.is_file();
        let name = entry.file_name().into_string().ok();
        names.extend(name.filter(|name| is_file && is_kept(name) && !is_read_by_settings(name)));
    }
    names.sort();
    let mut left_out = Vec::new();
    for name in names {
        left_out.extend(read_key(&data.join(&name), &name, small)?);
    }
    Ok(left_out)
}

/// Reads a file under a name, unless it is too large.
fn read_key(path: &Path, name: &str, small: &mut Vec<SmallFile>) -> Result<Option<LeftOut>, BackupError> {
    let (name, mut bytes) = (name.to_owned(), Zeroizing::new(Vec::new()));
    let read = File::open(path).and_then(|file| file.take(MOST_FILE + 1).read_to_end(&mut bytes));
    match read {
        Ok(read) if read as u64 > MOST_FILE => return Ok(Some(LeftOut::TooLarge(name))),
        Ok(_) => small.push(SmallFile { name, bytes }),
        // It was replaced meanwhile, or was a draft.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(BackupError::File(path.to_owned(), error)),
    }
    Ok(None)
}

/// The common needs of the steps on a thread of their own.
struct Work<'a> {
    plan: &'a Plan,
    own: &'a Identity,
    stop: &'a CancellationToken,
}

impl Work<'_> {
    fn write(
        &self,
        name: &str,
        mut manifest: Manifest,
        small: &[SmallFile],
        mut copy: Copy,
    ) -> Result<Made, BackupError> {
        for SmallFile { name, bytes } in small {
            let (octets, sha256) = archive::measure(bytes.as_slice(), self.stop)?;
            let name = name.clone();
            manifest.parts.push(Part { name, octets, sha256 });
        }
        let (octets, sha256) = archive::measure(self.open(&mut copy)?, self.stop)?;
        let name_of_database = database_name(manifest.database).to_owned();
        manifest.parts.push(Part {
            name: name_of_database,
            octets,
            sha256,
        });

        let whole = manifest.parts.iter().map(|part| part.octets).sum();
        copy::require_room(whole, &self.plan.folder)?;
        let path = folder::path(&self.plan.folder, name);
        let draft_path = folder::path(&self.plan.folder, &folder::draft_name(name));
        let mut draft = Draft::create(draft_path, Bytes::Encrypted)?;
        let own = self.own.to_public();
        let readers = self.plan.recipients.iter().chain(std::iter::once(&own));
        let into = archive::encrypt(readers, draft.file())?;
        let mut archive = archive::Writer::start(&manifest, into)?;
        for part in &manifest.parts {
            match small.iter().find(|file| file.name == part.name) {
                Some(file) => archive.append(part, file.bytes.as_slice(), self.stop)?,
                None => archive.append(part, self.open(&mut copy)?, self.stop)?,
            }
        }
        archive.finish()?.finish().map_err(BackupError::Write)?;
        let failed = |error| BackupError::File(path.clone(), error);
        // The bytes that are read back come from the disk's file, not from what was meant to be written.
        draft.file().sync_all().map_err(failed)?;
        let octets = draft.file().metadata().map_err(failed)?.len();
        let own = std::slice::from_ref(self.own);
        let read_back = archive::read(draft.rewound()?, own, self.stop, |_, _, _| Ok(()))?;
        if read_back != manifest {
            return Err(BackupError::Damaged("it was not written as it should be"));
        }
        draft.publish(&path)?.keep();
        Ok(Made {
            octets,
            manifest,
            left_out: Vec::new(),
            removed: folder::prune(&self.plan.folder, name, self.plan.keep)?,
            path,
        })
    }

    /// The database from its beginning, as it is to be in the archive.
    fn open<'a>(&self, copy: &'a mut Copy) -> Result<Box<dyn Read + 'a>, BackupError> {
        match copy {
            Copy::Plain(draft) => Ok(Box::new(draft.rewound()?)),
            Copy::Encrypted(draft) => {
                let own = std::slice::from_ref(self.own);
                Ok(Box::new(archive::decrypt(draft.rewound()?, own)?))
            }
        }
    }
}
