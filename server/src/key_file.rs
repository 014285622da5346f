//! Reads and creates key files. A file is read only if it is private to its owner. It is written completely or not at
//! all.

use std::{
    ffi::OsStr,
    fs::{self, DirEntry, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use zeroize::Zeroizing;

/// Begins the extension of a draft. A random number follows, in [`DIGITS`] hexadecimal digits.
const DRAFT: &str = "draft-";
const DIGITS: usize = 16;
/// A draft of this age is nobody's any more: writing one takes less than a second.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

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
    let draft = draft_of(path)?;
    let made = write_new(&draft, text.as_bytes()).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = fs::remove_file(&draft);
    made.and(removed).and_then(|()| sync_folder_of(path))
}

/// Creates the file, or replaces it, completely or not at all. A reader gets the old text or the new one.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let draft = draft_of(path)?;
    let written = write_new(&draft, text.as_bytes()).and_then(|()| fs::rename(&draft, path));
    if let Err(error) = written {
        // It holds a key, perhaps half of one. It may not be there at all.
        let _ = fs::remove_file(&draft);
        return Err(error);
    }
    sync_folder_of(path)
}

/// Creates or replaces a file that holds no secret, completely or not at all. The file keeps its mode and its owner. A new one
/// can be read by everybody. A link stays one.
pub fn replace_text(path: &Path, text: &str) -> io::Result<()> {
    let (path, before) = match fs::canonicalize(path) {
        Ok(path) => (path.clone(), Some(fs::metadata(path)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => (path.to_owned(), None),
        Err(error) => return Err(error),
    };
    let mode = before.as_ref().map_or(0o644, |before| before.mode() & 0o777);
    let draft = draft_of(&path)?;
    let replaced = write_new(&draft, text.as_bytes()).and_then(|()| {
        if let Some(before) = before {
            std::os::unix::fs::chown(&draft, Some(before.uid()), Some(before.gid()))?;
        }
        // After the owner, whose change may take bits away.
        fs::set_permissions(&draft, fs::Permissions::from_mode(mode))?;
        fs::rename(&draft, &path)
    });
    if let Err(error) = replaced {
        // It may not be there at all.
        let _ = fs::remove_file(&draft);
        return Err(error);
    }
    sync_folder_of(&path)
}

/// Removes the file, if it is there.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync_folder_of(path),
    }
}

/// Gives a file that cannot be used another name, with the extension `unusable`, and returns that name. A file that has
/// this name is replaced, so that there are never more than one.
pub fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let mut name = path.as_os_str().to_owned();
    name.push(".unusable");
    let aside = PathBuf::from(name);
    fs::rename(path, &aside)?;
    sync_folder_of(path)?;
    Ok(aside)
}

/// Removes the drafts that a killed process left in the folder, and returns their number. They hold keys.
pub fn remove_old_drafts(folder: &Path) -> io::Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if is_draft(&entry.file_name()) && is_abandoned(&entry)? {
            remove(&entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Whether a file has the name of a draft. Earlier versions used the number of the process.
fn is_draft(name: &OsStr) -> bool {
    let extension = Path::new(name).extension().and_then(OsStr::to_str);
    let Some(number) = extension.and_then(|extension| extension.strip_prefix(DRAFT)) else {
        return false;
    };
    let is_random = number.len() == DIGITS && number.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_random || number.parse::<u32>().is_ok()
}

fn is_abandoned(entry: &DirEntry) -> io::Result<bool> {
    // Not of what a link leads to.
    let about = match entry.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        about => about?,
    };
    let age = about.modified()?.elapsed();
    Ok(about.is_file() && age.is_ok_and(|age| age > ABANDONED))
}

/// Creates the folder for key files, accessible to its owner only. An existing folder stays unchanged.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    match fs::DirBuilder::new().recursive(true).mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// A name that no other process uses. The number of the process would not do: in a container each is the first.
fn draft_of(path: &Path) -> io::Result<PathBuf> {
    let random = getrandom::u64().map_err(io::Error::other)?;
    Ok(path.with_extension(format!("{DRAFT}{random:0DIGITS$x}")))
}

/// Makes a new name of a file last through a crash of the machine.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
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
        for text in ["old", "new"] {
            replace(&path, text).unwrap();
            assert_eq!(*read(&path, 100).unwrap(), text);
        }
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
    #[test]
    fn a_draft_of_another_process_is_not_touched_and_none_stays_after_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("acme.pem");
        // In a container every process has the same number.
        let other = path.with_extension(format!("draft-{}", std::process::id()));
        fs::write(&other, "half").unwrap();
        replace(&path, "whole").unwrap();
        make(&folder.path().join("acme.key"), "whole").unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), "half");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);

        let occupied = folder.path().join("occupied.key");
        fs::create_dir_all(occupied.join("by a folder")).unwrap();
        assert!(replace(&occupied, "key").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "no draft stays");
    }

    #[test]
    fn old_drafts_are_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let old = std::time::SystemTime::now() - 2 * ABANDONED;
        let file = |name: &str, is_old: bool| {
            let file = File::create(folder.path().join(name)).unwrap();
            if is_old {
                file.set_modified(old).unwrap();
            }
        };
        for name in ["acme.draft-00deadbeef00cafe", "acme-account.draft-1"] {
            file(name, true);
        }
        let kept = [
            ("acme.draft-0123456789abcdef", false),
            ("acme.pem", true),
            ("letter.draft-final", true),
            ("letter.draft-0123456789abcdef0", true),
            ("draft-0123456789abcdef", true),
        ];
        for (name, is_old) in kept {
            file(name, is_old);
        }
        assert_eq!(remove_old_drafts(folder.path()).unwrap(), 2);
        for (name, _) in kept {
            assert!(folder.path().join(name).exists(), "{name}");
        }
    }
}
