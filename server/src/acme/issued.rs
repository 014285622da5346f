//! Keeps the CA's certificate and its key in one file, so that they always belong together.

use std::{
    io,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::AcmeError;
use crate::{
    key_file::{self, KeyFileError},
    tls::{self, Leaf},
};

/// The largest file that is read, in octets.
const MAX_FILE: usize = 256 * 1024;

/// Begins the line that names the CA's directory. It stands before the first PEM section (RFC 7468 §2 allows text there).
const DIRECTORY: &str = "directory: ";

/// The file with chain and key.
pub(super) struct IssuedFile(pub PathBuf);

/// A certificate, and the directory of the CA that issued it.
pub(super) struct Issued {
    pub leaf: Leaf,
    pub directory: String,
}

impl IssuedFile {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The certificate, if there is one.
    pub(super) fn read(&self) -> Result<Option<Issued>, AcmeError> {
        let text = match key_file::read(&self.0, MAX_FILE) {
            Ok(text) => text,
            Err(KeyFileError::Io(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(KeyFileError::Io(error)) => return Err(AcmeError::Read(self.0.clone(), error)),
            Err(KeyFileError::Exposed) => return Err(AcmeError::Exposed(self.0.clone())),
        };
        let directory = text.lines().next().and_then(|line| line.strip_prefix(DIRECTORY));
        Ok(Some(Issued {
            leaf: tls::check(&self.0, text.as_bytes())?,
            directory: directory.unwrap_or_default().to_owned(),
        }))
    }

    /// Replaces the certificate by another one, if that can be used.
    pub(super) fn write(&self, directory: &str, chain: &str, key: &str) -> Result<Leaf, AcmeError> {
        let text = Zeroizing::new(format!("{DIRECTORY}{directory}\n{}\n{key}", chain.trim_end()));
        let leaf = tls::check(&self.0, text.as_bytes())?;
        key_file::replace(&self.0, &text).map_err(|error| AcmeError::Write(self.0.clone(), error))?;
        Ok(leaf)
    }
}
