//! Where the master key comes from.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::VaultError;

/// Where the master key comes from; 32 bytes in base64 wherever that is.
pub enum MasterKeySource {
    /// The server's own file in its data folder, made at first start.
    Own(PathBuf),
    /// A file of the operator's, which must exist.
    File(PathBuf),
    /// The key itself, such as from a variable.
    Value(Zeroizing<String>),
}

type MasterKey = Zeroizing<[u8; 32]>;

/// More than any acceptable file has.
const MAX_FILE: u64 = 1024;

impl MasterKeySource {
    pub(super) fn read(self) -> Result<MasterKey, VaultError> {
        match self {
            Self::Own(path) => match read_file(&path) {
                Err(VaultError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                    make(&path)?;
                    read_file(&path)
                }
                read => read,
            },
            Self::File(path) => read_file(&path),
            Self::Value(text) => decode(&text),
        }
    }
}

fn read_file(path: &Path) -> Result<MasterKey, VaultError> {
    let failed = |source| VaultError::File {
        path: path.display().to_string(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    // Asked of the open file, not of the path: nobody can put another one there in between.
    if file.metadata().map_err(failed)?.mode() & 0o077 != 0 {
        return Err(VaultError::Exposed {
            path: path.display().to_string(),
        });
    }
    let mut text = Zeroizing::new(String::with_capacity(MAX_FILE as usize));
    match file.take(MAX_FILE).read_to_string(&mut text) {
        Ok(_) => decode(&text),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(VaultError::Malformed),
        Err(error) => Err(failed(error)),
    }
}

fn decode(text: &str) -> Result<MasterKey, VaultError> {
    let mut key = Zeroizing::new([0; 32]);
    let mut bytes = Zeroizing::new([0; 48]);
    match STANDARD.decode_slice(text.trim(), bytes.as_mut_slice()) {
        Ok(32) => key.copy_from_slice(&bytes[..32]),
        _ => return Err(VaultError::Malformed),
    }
    Ok(key)
}

/// Makes the file complete or not at all, and never in the place of another: written under another name, then linked.
fn make(path: &Path) -> Result<(), VaultError> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut_slice()).map_err(VaultError::Randomness)?;
    let text = Zeroizing::new(STANDARD.encode(key.as_slice()) + "\n");
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let made = write_new(&draft, text.as_bytes()).and_then(|()| match fs::hard_link(&draft, path) {
        // Another process was first; its key counts.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = fs::remove_file(&draft);
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    made.and(removed)
        .and_then(|()| File::open(folder.unwrap_or(Path::new(".")))?.sync_all())
        .map_err(|source| VaultError::File {
            path: path.display().to_string(),
            source,
        })
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
