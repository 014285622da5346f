//! Files that are not finished: gone when they are dropped, unless they are published.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use super::BackupError;
use crate::key_file;

/// Octets that are overwritten at a time.
const BLOCK: usize = 1 << 16;

/// How the bytes of a draft are on the disk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bytes {
    /// Encrypted: they may lie where they are when the file is gone.
    Encrypted,
    /// As they are: they are overwritten before the file is removed, as `secure_delete` does in the database.
    Plain,
}

/// A file of mode 0600 that is not finished.
pub(super) struct Draft {
    path: PathBuf,
    file: File,
    bytes: Bytes,
    has_name: bool,
    is_published: bool,
}

impl Draft {
    /// Creates the file, and removes one that a killed process left.
    pub fn create(path: PathBuf, bytes: Bytes) -> Result<Self, BackupError> {
        match Self::open(&path) {
            Ok(file) => Ok(Self {
                path,
                file,
                bytes,
                has_name: true,
                is_published: false,
            }),
            Err(error) => Err(BackupError::File(path, error)),
        }
    }

    fn open(path: &Path) -> io::Result<File> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o600).open(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The file, from its beginning.
    pub fn rewound(&mut self) -> Result<&mut File, BackupError> {
        match self.file.seek(SeekFrom::Start(0)) {
            Ok(_) => Ok(&mut self.file),
            Err(error) => Err(BackupError::File(self.path.clone(), error)),
        }
    }

    /// Takes the name away, so that nothing is left even if the process is killed.
    pub fn unlink(&mut self) -> Result<(), BackupError> {
        fs::remove_file(&self.path).map_err(|error| BackupError::File(self.path.clone(), error))?;
        self.has_name = false;
        Ok(())
    }

    /// Gives the finished file its name, durably. Replaces nothing.
    pub fn publish(mut self, target: &Path) -> Result<Published, BackupError> {
        let published = self.file.sync_all().and_then(|()| match target.try_exists()? {
            true => Err(io::ErrorKind::AlreadyExists.into()),
            false => fs::rename(&self.path, target),
        });
        published
            .and_then(|()| {
                self.is_published = true;
                key_file::sync_folder_of(target)
            })
            .map_err(|error| BackupError::File(target.to_owned(), error))?;
        Ok(Published(Some(target.to_owned())))
    }

    fn overwrite(&mut self) -> io::Result<()> {
        let zeros = vec![0; BLOCK];
        let mut left = self.file.metadata()?.len();
        self.file.seek(SeekFrom::Start(0))?;
        while left > 0 {
            let now = left.min(BLOCK as u64);
            self.file.write_all(&zeros[..usize::try_from(now).unwrap_or(BLOCK)])?;
            left -= now;
        }
        self.file.sync_all()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.is_published {
            return;
        }
        // There is nobody to tell. The next backup removes what has a name.
        if self.bytes == Bytes::Plain {
            let _ = self.overwrite();
        }
        if self.has_name {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A file that was published together with others, and is removed again unless all are.
pub(super) struct Published(Option<PathBuf>);

impl Published {
    /// It stays.
    pub fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            let _ = fs::remove_file(path);
        }
    }
}
