//! One backup or restore at a time in a data folder.

use std::{
    fs::{File, TryLockError},
    os::unix::fs::MetadataExt,
    path::Path,
};

use rustix::process::geteuid;

use super::BackupError;

/// Locks the folder until the value is dropped. Fails if it belongs to another user: the relay could not read what is written there.
pub(super) fn lock(folder: &Path) -> Result<File, BackupError> {
    let failed = |error| BackupError::File(folder.to_owned(), error);
    let handle = File::open(folder).map_err(failed)?;
    let owner = handle.metadata().map_err(failed)?.uid();
    if owner != geteuid().as_raw() {
        return Err(BackupError::Owner {
            folder: folder.to_owned(),
            owner,
        });
    }
    match handle.try_lock() {
        Ok(()) => Ok(handle),
        Err(TryLockError::WouldBlock) => Err(BackupError::Busy(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
