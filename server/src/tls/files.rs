//! The files of certificate and key, and whether they changed.

use std::{
    fs::Metadata,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// The paths of certificate chain and key.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Files {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

/// Identifies a version of the two files.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) files: Files,
    versions: [Option<Version>; 2],
}

/// Differs when a file was written, replaced, or given to somebody else, even within one tick of the clock.
#[derive(Clone, PartialEq, Eq)]
struct Version {
    device: u64,
    inode: u64,
    octets: u64,
    /// The time of the last change of the content, which a copy may keep, in seconds and nanoseconds.
    modified: (i64, i64),
    /// The time of the last change of content, owner or mode, which nobody can set.
    changed: (i64, i64),
}

impl Files {
    /// One file with both, if it exists; else these.
    pub(super) fn or_preferred(&self, preferred: Option<&Path>) -> Self {
        match preferred {
            Some(path) if path.exists() => Self {
                certificate: path.to_owned(),
                key: path.to_owned(),
            },
            _ => self.clone(),
        }
    }
}

impl Stamp {
    pub(super) fn of(files: Files) -> Self {
        let versions = [&files.certificate, &files.key].map(|path| std::fs::metadata(path).ok().map(Version::from));
        Self { files, versions }
    }
}

impl From<Metadata> for Version {
    fn from(about: Metadata) -> Self {
        Self {
            device: about.dev(),
            inode: about.ino(),
            octets: about.len(),
            modified: (about.mtime(), about.mtime_nsec()),
            changed: (about.ctime(), about.ctime_nsec()),
        }
    }
}
