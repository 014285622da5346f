//! Reads and creates key files. A file is read only if it is private to its owner. It is written completely or not at
//! all.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

/// Why a key file cannot be used.
#[derive(Debug)]
pub enum KeyFileError {
    /// The file could not be read or created.
    Io(io::Error),
    /// Others than its owner can read or write the file.
    Exposed,
}

impl From<io::Error> for KeyFileError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads the text of the file, but no more than `most` octets.
pub fn read(path: &Path, most: usize) -> Result<Zeroizing<String>, KeyFileError> {
    let file = File::open(path)?;
    // Permissions are read from the open file, not the path, so that nobody can replace it in between.
    let metadata = file.metadata()?;
    if !is_private(metadata.mode(), metadata.uid(), metadata.gid()) {
        return Err(KeyFileError::Exposed);
    }
    let mut text = Zeroizing::new(String::with_capacity(most));
    file.take(most as u64).read_to_string(&mut text)?;
    Ok(text)
}

/// Whether only the owner can read or write the file. A credential of systemd is private, too: it is root's, of mode 0440,
/// as its access control list names the service's user, and the mask of such a list shows as the mode of the group.
pub(crate) fn is_private(mode: u32, user: u32, group: u32) -> bool {
    mode & 0o077 == 0 || (mode & 0o777, user, group) == (0o440, 0, 0)
}

/// Creates the file completely or not at all, and never replaces another one. The file is written under another name
/// and then linked. If another process was first, its file stays.
pub fn make(path: &Path, text: &str) -> io::Result<()> {
    let draft = draft_of(path);
    let made = write_new(&draft, text.as_bytes()).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = fs::remove_file(&draft);
    made.and(removed).and_then(|()| sync_folder_of(path))
}

/// Creates the file, or replaces it, completely or not at all. Whoever reads it meanwhile gets the old text or the new one.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let draft = draft_of(path);
    // A process that died may have left it, and had the same number.
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    write_new(&draft, text.as_bytes())?;
    fs::rename(&draft, path)?;
    sync_folder_of(path)
}

/// Creates the folder for key files, accessible to its owner only. An existing folder stays unchanged.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    match fs::DirBuilder::new().recursive(true).mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn draft_of(path: &Path) -> PathBuf {
    path.with_extension(format!("draft-{}", std::process::id()))
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_private_to_its_owner_or_a_credential_of_systemd() {
        for (mode, user, group) in [(0o100_600, 1000, 1000), (0o100_400, 0, 0), (0o100_440, 0, 0)] {
            assert!(is_private(mode, user, group), "{mode:o} of {user}:{group}");
        }
        for (mode, user, group) in [
            (0o100_640, 1000, 1000),
            (0o100_640, 0, 0),
            (0o100_440, 0, 1000),
            (0o100_440, 1000, 0),
            (0o100_444, 0, 0),
        ] {
            assert!(!is_private(mode, user, group), "{mode:o} of {user}:{group}");
        }
    }

    #[test]
    fn a_file_is_replaced_and_stays_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("acme.pem");
        fs::write(path.with_extension(format!("draft-{}", std::process::id())), "half").unwrap();
        for text in ["old", "new"] {
            replace(&path, text).unwrap();
            assert_eq!(*read(&path, 100).unwrap(), text);
        }
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
