//! The private keys of age that open a backup.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use age::x25519::Identity;
use zeroize::Zeroizing;

use super::BackupError;

/// Most octets of a file of keys. `age-keygen` writes 189.
const MOST: u64 = 1 << 16;

/// Private keys. One of them has to open the backup.
pub struct Identities(pub(super) Vec<Identity>);

impl Identities {
    /// Reads a file as `age-keygen` writes it, or with `-` standard input.
    ///
    /// # Errors
    /// The file cannot be read, or has no key.
    pub fn read(path: &Path) -> Result<Self, BackupError> {
        let failed = |error| BackupError::File(path.to_owned(), error);
        let mut text = Zeroizing::new(Vec::new());
        let read = match path == Path::new("-") {
            true => io::stdin().take(MOST).read_to_end(&mut text),
            false => File::open(path).and_then(|file| file.take(MOST).read_to_end(&mut text)),
        };
        read.map_err(failed)?;
        let lines = text.split(|&byte| byte == b'\n');
        let keys = lines.filter_map(|line| std::str::from_utf8(line).ok()?.trim().parse().ok());
        let keys: Vec<Identity> = keys.collect();
        match keys.is_empty() {
            true => Err(BackupError::Identity(path.to_owned())),
            false => Ok(Self(keys)),
        }
    }
}
