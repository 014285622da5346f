//! Reads the master key, and generates it at the first start if the server keeps its own.

use std::{
    io,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::{KeyCommand, VaultError};
use crate::key_file::{self, KeyFileError};

/// The source of the master key. Every source holds 32 bytes in base64 or 64 hexadecimal digits.
pub enum MasterKeySource {
    /// The server's own file in its data folder, created at first start.
    Own(PathBuf),
    /// The operator's file, which must exist.
    File(PathBuf),
    /// The key itself, for example from an environment variable.
    Value(Zeroizing<String>),
    /// A command that prints it, for example one that asks a key management service.
    Command(KeyCommand),
}

type MasterKey = Zeroizing<[u8; 32]>;

/// Most octets of a key file or of what a command prints. No valid one is larger.
pub(super) const MAX_FILE: usize = 1024;

impl MasterKeySource {
    /// Returns the key in base64, for a backup. `None` if it is the server's own and there is none yet.
    ///
    /// # Errors
    /// The key cannot be read.
    pub fn encoded(&self) -> Result<Option<Zeroizing<String>>, VaultError> {
        let key = self.read_existing()?;
        Ok(key.map(|key| Zeroizing::new(STANDARD.encode(key.as_slice()) + "\n")))
    }

    pub(super) fn read(&self) -> Result<MasterKey, VaultError> {
        match self {
            Self::Own(path) => match self.read_existing()? {
                Some(key) => Ok(key),
                None => {
                    make(path)?;
                    read_file(path)
                }
            },
            Self::File(path) => read_file(path),
            Self::Value(text) => decode(text),
            Self::Command(command) => decode(&command.run()?),
        }
    }

    /// Reads the key, and never creates it. Returns `None` if it is the server's own and there is none yet.
    pub(super) fn read_existing(&self) -> Result<Option<MasterKey>, VaultError> {
        match self {
            Self::Own(path) => match read_file(path) {
                Err(VaultError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
                read => read.map(Some),
            },
            Self::File(path) => read_file(path).map(Some),
            Self::Value(text) => decode(text).map(Some),
            Self::Command(command) => decode(&command.run()?).map(Some),
        }
    }
}

fn read_file(path: &Path) -> Result<MasterKey, VaultError> {
    match key_file::read(path, MAX_FILE) {
        Ok(text) => decode(&text),
        Err(KeyFileError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => Err(VaultError::Malformed),
        Err(KeyFileError::Io(source)) => Err(VaultError::File {
            path: path.display().to_string(),
            source,
        }),
        Err(KeyFileError::Exposed) => Err(VaultError::Exposed {
            path: path.display().to_string(),
        }),
    }
}

fn decode(text: &str) -> Result<MasterKey, VaultError> {
    let mut key = Zeroizing::new([0; 32]);
    // In base64, as many letters are 48 bytes.
    if text.trim().len() == 64 && hex::decode_to_slice(text.trim(), key.as_mut_slice()).is_ok() {
        return Ok(key);
    }
    let mut bytes = Zeroizing::new([0; 48]);
    match STANDARD.decode_slice(text.trim(), bytes.as_mut_slice()) {
        Ok(32) => key.copy_from_slice(&bytes[..32]),
        _ => return Err(VaultError::Malformed),
    }
    Ok(key)
}

fn make(path: &Path) -> Result<(), VaultError> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut_slice()).map_err(VaultError::Randomness)?;
    let text = Zeroizing::new(STANDARD.encode(key.as_slice()) + "\n");
    key_file::make(path, &text).map_err(|source| VaultError::File {
        path: path.display().to_string(),
        source,
    })
}
