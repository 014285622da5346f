//! Keeps small files with keys in the data folder, as JSON.

use std::{io, path::Path};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::AcmeError;
use crate::{
    causes::chain,
    key_file::{self, KeyFileError},
};

/// The largest file that is read, in octets. An order has up to some hundred names.
const MAX_FILE: usize = 64 * 1024;

/// The request that the settings make. The record of an attempt counts only as long as this stays the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Asked {
    /// The directory of the CA.
    pub directory: String,
    /// The names, whether they have addresses or not.
    pub names: Vec<String>,
}

/// Reads a file. One that cannot be used gets another name, because it would keep every attempt from a certificate.
pub(super) fn read<T: DeserializeOwned>(file: &Path) -> Result<Option<T>, AcmeError> {
    let error = match parse(file) {
        Err(error) if is_lasting(&error) => error,
        read => return read,
    };
    let aside = key_file::set_aside(file).map_err(|error| AcmeError::Write(file.to_owned(), error))?;
    let (error, aside) = (chain(&error), aside.display());
    tracing::warn!(error, %aside, "a file cannot be used, and was put aside");
    Ok(None)
}

/// Creates or replaces a file.
pub(super) fn write(file: &Path, kept: &impl Serialize) -> Result<(), AcmeError> {
    let text = serde_json::to_string(kept).map(Zeroizing::new);
    let text = text.map_err(|error| AcmeError::Damaged(file.to_owned(), error))?;
    key_file::replace(file, &text).map_err(|error| AcmeError::Write(file.to_owned(), error))
}

fn parse<T: DeserializeOwned>(file: &Path) -> Result<Option<T>, AcmeError> {
    let text = match key_file::read(file, MAX_FILE) {
        Ok(text) => text,
        Err(KeyFileError::Io(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(KeyFileError::Io(error)) => return Err(AcmeError::Read(file.to_owned(), error)),
        Err(KeyFileError::Exposed) => return Err(AcmeError::Exposed(file.to_owned())),
    };
    let kept = serde_json::from_str(&text).map_err(|error| AcmeError::Damaged(file.to_owned(), error))?;
    Ok(Some(kept))
}

/// Whether the next attempt would fail in the same way. A disk or a process that is short of something recovers.
fn is_lasting(error: &AcmeError) -> bool {
    match error {
        AcmeError::Damaged(..) | AcmeError::Exposed(_) => true,
        AcmeError::Read(_, error) => matches!(
            error.kind(),
            io::ErrorKind::InvalidData | io::ErrorKind::PermissionDenied | io::ErrorKind::IsADirectory
        ),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn a_file_that_cannot_be_used_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("acme-account.json");
        let asked = Asked {
            directory: "https://ca.example/dir".into(),
            names: vec!["relay.example".into()],
        };
        assert_eq!(read::<Asked>(&file).unwrap(), None);
        let damages: [&[u8]; 4] = [b"", b"{\"directory\": \"https://ca.e", b"\xff\xff", b"null"];
        for damage in damages {
            fs::write(&file, damage).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
            assert_eq!(read::<Asked>(&file).unwrap(), None, "{damage:?}");
            assert_eq!(
                fs::read(folder.path().join("acme-account.json.unusable")).unwrap(),
                damage
            );
            write(&file, &asked).unwrap();
            assert_eq!(read(&file).unwrap().as_ref(), Some(&asked));
        }
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(read::<Asked>(&file).unwrap(), None, "others may have the key");
    }
}
