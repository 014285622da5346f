//! Opens the account at the CA. Its key is a file in the data folder.

use std::path::Path;

use instant_acme::{Account, AccountBuilder, AccountCredentials, Error, Key};
use rcgen::KeyPair;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{AcmeError, kept};
use crate::{config::AcmeSettings, key_file};

/// What the file holds.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The directory of the CA that knows the account.
    directory: String,
    #[serde(flatten)]
    stage: Stage,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stage {
    /// A key, as PEM, whose account may not be there yet. The CA gives one account to each key (RFC 8555 §7.3.1), so a
    /// program that is killed meanwhile makes no second one.
    Key(Zeroizing<String>),
    /// The account.
    Account(Box<AccountCredentials>),
}

/// Opens the account that the file holds for the CA of the settings, or makes a new one and keeps it there.
pub(super) async fn open(file: &Path, settings: &AcmeSettings) -> Result<Account, AcmeError> {
    let kept = kept::read(file)?.filter(|kept: &Kept| kept.directory == settings.directory);
    match kept.map(|kept| kept.stage) {
        Some(Stage::Account(account)) => match builder(settings)?.from_credentials(*account).await {
            Err(Error::KeyRejected) => {
                put_aside(file)?;
                create(file, settings).await
            }
            opened => Ok(opened?),
        },
        Some(Stage::Key(pem)) => match read_key(&pem) {
            Some(key) => register(file, settings, key).await,
            None => {
                put_aside(file)?;
                create(file, settings).await
            }
        },
        None => create(file, settings).await,
    }
}

/// Makes a new account, and keeps it in the file.
pub(super) async fn create(file: &Path, settings: &AcmeSettings) -> Result<Account, AcmeError> {
    let pair = KeyPair::generate()?;
    let kept = Kept {
        directory: settings.directory.clone(),
        stage: Stage::Key(Zeroizing::new(pair.serialize_pem())),
    };
    kept::write(file, &kept)?;
    let pkcs8 = PrivatePkcs8KeyDer::from(pair.serialize_der());
    let key = (Key::from_pkcs8_der(pkcs8.clone_key())?, PrivateKeyDer::Pkcs8(pkcs8));
    register(file, settings, key).await
}

/// Makes the account of a key, unless the CA has it already, and keeps it in the file.
async fn register(
    file: &Path,
    settings: &AcmeSettings,
    key: (Key, PrivateKeyDer<'static>),
) -> Result<Account, AcmeError> {
    let directory = settings.directory.clone();
    let (account, credentials) = builder(settings)?.create_from_key(key, directory.clone()).await?;
    if let Some(address) = &settings.contact {
        // Before it is kept, so that it is not forgotten if this fails.
        let contact = format!("mailto:{address}");
        account.update_contacts(&[&contact]).await?;
    }
    let kept = Kept {
        directory,
        stage: Stage::Account(Box::new(credentials)),
    };
    kept::write(file, &kept)?;
    Ok(account)
}

fn read_key(pem: &str) -> Option<(Key, PrivateKeyDer<'static>)> {
    let pkcs8 = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).ok()?;
    let key = Key::from_pkcs8_der(pkcs8.clone_key()).ok()?;
    Some((key, PrivateKeyDer::Pkcs8(pkcs8)))
}

fn put_aside(file: &Path) -> Result<(), AcmeError> {
    let aside = key_file::set_aside(file).map_err(|error| AcmeError::Write(file.to_owned(), error))?;
    tracing::warn!(aside = %aside.display(), "the key of the account at the CA cannot be used, and was put aside");
    Ok(())
}

fn builder(settings: &AcmeSettings) -> Result<AccountBuilder, AcmeError> {
    Ok(match &settings.ca {
        Some(root) => Account::builder_with_root(root)?,
        None => Account::builder()?,
    })
}
