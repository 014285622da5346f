//! Reads or creates the key for DKIM signatures. It is RSA-2048, which every verifier accepts (RFC 8301 §3.2).

use std::{io, path::Path};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use der::{Document, SecretDocument, pem::LineEnding};
use mail_auth::common::crypto::{RsaKey, Sha256};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use crate::{
    config::DkimKeySource,
    key_file::{self, KeyFileError},
};

/// The PEM label of RFC 7468 §10.
const LABEL: &str = "PRIVATE KEY";

/// The largest file that is read, in octets. No valid key file is larger.
const MAX_FILE: usize = 16 * 1024;

/// The private key for DKIM signatures.
pub struct DkimKey {
    private: SecretDocument,
    public: Document,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DkimKeyError {
    /// The file could not be read or created.
    #[error("the DKIM key's file {path} could not be read or made")]
    File {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Others than its owner can read or write the file.
    #[error("the DKIM key's file {path} must be readable by its owner only (chmod 600)")]
    Exposed {
        /// The file.
        path: String,
    },
    /// The file holds no PEM, or none could be written.
    #[error("the DKIM key cannot be read or written as PEM")]
    Pem(#[source] der::Error),
    /// The file holds no RSA key in PKCS#8.
    #[error("the DKIM key is not an RSA key in PKCS#8")]
    Key(#[source] aws_lc_rs::error::KeyRejected),
    /// No key could be generated or encoded.
    #[error("no DKIM key could be made")]
    Make(#[source] aws_lc_rs::error::Unspecified),
}

impl DkimKey {
    /// Reads the key. Creates it first if the source allows that.
    pub fn open(source: &DkimKeySource) -> Result<Self, DkimKeyError> {
        match source {
            DkimKeySource::Own(path) => match Self::open_existing(source)? {
                Some(key) => Ok(key),
                None => {
                    make(path)?;
                    read(path)
                }
            },
            DkimKeySource::File(path) => read(path),
        }
    }

    /// Reads the key, and never creates it. Returns `None` if it is the server's own and there is none yet.
    pub fn open_existing(source: &DkimKeySource) -> Result<Option<Self>, DkimKeyError> {
        let (DkimKeySource::Own(path) | DkimKeySource::File(path)) = source;
        match (read(path), source) {
            (Err(DkimKeyError::File { source, .. }), DkimKeySource::Own(_))
                if source.kind() == io::ErrorKind::NotFound =>
            {
                Ok(None)
            }
            (read, _) => read.map(Some),
        }
    }

    /// The text of the key's DNS record (RFC 6376 §3.6.1).
    pub fn record(&self) -> String {
        format!("v=DKIM1; k=rsa; p={}", self.public())
    }

    /// The public key in its published form: SubjectPublicKeyInfo in base64 (RFC 6376 §3.6.1).
    pub fn public(&self) -> String {
        STANDARD.encode(self.public.as_bytes())
    }

    pub(super) fn signing_key(&self) -> Result<RsaKey<Sha256>, mail_auth::Error> {
        RsaKey::from_key_der(PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.private.as_bytes())))
    }
}

fn read(path: &Path) -> Result<DkimKey, DkimKeyError> {
    let text = key_file::read(path, MAX_FILE).map_err(|error| match error {
        KeyFileError::Io(source) => file_error(path, source),
        KeyFileError::Exposed => DkimKeyError::Exposed {
            path: path.display().to_string(),
        },
    })?;
    let (_, private) = SecretDocument::from_pem(&text).map_err(DkimKeyError::Pem)?;
    let pair = KeyPair::from_pkcs8(private.as_bytes()).map_err(DkimKeyError::Key)?;
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(DkimKeyError::Make)?;
    let public = Document::try_from(public.as_ref()).map_err(DkimKeyError::Pem)?;
    Ok(DkimKey { private, public })
}

fn make(path: &Path) -> Result<(), DkimKeyError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(DkimKeyError::Make)?;
    let private: Pkcs8V1Der<'_> = pair.as_der().map_err(DkimKeyError::Make)?;
    let text: Zeroizing<String> = SecretDocument::try_from(private.as_ref())
        .and_then(|document| document.to_pem(LABEL, LineEnding::LF))
        .map_err(DkimKeyError::Pem)?;
    key_file::make(path, &text).map_err(|source| file_error(path, source))
}

fn file_error(path: &Path, source: io::Error) -> DkimKeyError {
    DkimKeyError::File {
        path: path.display().to_string(),
        source,
    }
}
