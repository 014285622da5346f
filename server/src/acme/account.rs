//! Opens the account at the CA. Its key is a file in the data folder.

use std::{io, path::Path};

use instant_acme::{Account, AccountBuilder, AccountCredentials, NewAccount};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::AcmeError;
use crate::{
    config::AcmeSettings,
    key_file::{self, KeyFileError},
};

/// The largest file that is read, in octets.
const MAX_FILE: usize = 16 * 1024;

/// What the file holds.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The directory of the CA that knows the account.
    directory: String,
    account: AccountCredentials,
}

/// Opens the account that the file holds for the CA of the settings, or makes a new one and keeps it there.
pub(super) async fn open(file: &Path, settings: &AcmeSettings) -> Result<Account, AcmeError> {
    match read(file)?.filter(|kept| kept.directory == settings.directory) {
        Some(kept) => Ok(builder(settings)?.from_credentials(kept.account).await?),
        None => create(file, settings).await,
    }
}

/// Makes a new account, and keeps it in the file.
pub(super) async fn create(file: &Path, settings: &AcmeSettings) -> Result<Account, AcmeError> {
    let contact = settings.contact.as_ref().map(|address| format!("mailto:{address}"));
    let contact: Vec<_> = contact.as_deref().into_iter().collect();
    let new = NewAccount {
        contact: &contact,
        terms_of_service_agreed: true,
        only_return_existing: false,
    };
    let directory = settings.directory.clone();
    let (account, credentials) = builder(settings)?.create(&new, directory.clone(), None).await?;
    let kept = Kept {
        directory,
        account: credentials,
    };
    let text = serde_json::to_string(&kept).map_err(|error| AcmeError::Account(file.to_owned(), error))?;
    key_file::replace(file, &Zeroizing::new(text)).map_err(|error| AcmeError::Write(file.to_owned(), error))?;
    Ok(account)
}

fn read(file: &Path) -> Result<Option<Kept>, AcmeError> {
    let text = match key_file::read(file, MAX_FILE) {
        Ok(text) => text,
        Err(KeyFileError::Io(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(KeyFileError::Io(error)) => return Err(AcmeError::Read(file.to_owned(), error)),
        Err(KeyFileError::Exposed) => return Err(AcmeError::Exposed(file.to_owned())),
    };
    let kept = serde_json::from_str(&text).map_err(|error| AcmeError::Account(file.to_owned(), error))?;
    Ok(Some(kept))
}

fn builder(settings: &AcmeSettings) -> Result<AccountBuilder, AcmeError> {
    Ok(match &settings.ca {
        Some(root) => Account::builder_with_root(root)?,
        None => Account::builder()?,
    })
}
