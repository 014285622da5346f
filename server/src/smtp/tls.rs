//! Provides the certificate for STARTTLS: the operator's, reloaded when its files change, or a self-signed one. Other mail
//! servers do not check it (RFC 7435). It protects against passive eavesdropping.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tracing::{info, warn};

use super::self_signed::{self, SelfSignedError};

/// The shortest time between two checks of the files, which happen when a client asks for TLS.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Why there is no certificate for STARTTLS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file does not exist or cannot be read.
    #[error("cannot read {}", .0.display())]
    Read(PathBuf, #[source] std::io::Error),
    /// A file holds no PEM section of the needed kind.
    #[error("no usable PEM in {}", .0.display())]
    Pem(PathBuf, #[source] pem::Error),
    /// Certificate and key do not belong together, or are of a kind that TLS does not use.
    #[error("certificate and key cannot be used for TLS")]
    Pair(#[source] rustls::Error),
    /// The self-signed certificate could not be created.
    #[error("cannot make a certificate for STARTTLS")]
    SelfSigned(#[from] SelfSignedError),
}

/// Provides the current certificate for each handshake.
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    loaded: Mutex<Loaded>,
}

struct Loaded {
    config: Arc<ServerConfig>,
    stamp: Stamp,
    looked: Instant,
}

/// Identifies a version of the two files.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp([Option<(SystemTime, u64)>; 2]);

impl Tls {
    /// From a PEM file with the certificate chain, leaf first, and one with its key. Both are read again when one of them
    /// changes; a pair that cannot be used is logged and leaves the one before in use.
    ///
    /// # Errors
    /// The pair cannot be read or used.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let stamp = Stamp::of(certificate, key);
        let loaded = Loaded {
            config: load(certificate, key)?,
            stamp,
            looked: Instant::now(),
        };
        Ok(Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            loaded: Mutex::new(loaded),
        })
    }

    /// From a self-signed certificate for `hostname`, kept in `data` and made when it is not there.
    ///
    /// # Errors
    /// It cannot be made, written or read.
    pub fn self_signed_in(data: &Path, hostname: &str) -> Result<Self, TlsError> {
        let files = self_signed::ensure(data, hostname)?;
        Self::from_files(&files.certificate, &files.key)
    }

    /// The paths of the self-signed certificate and its key, which may not be there yet.
    pub fn self_signed_files(data: &Path) -> (PathBuf, PathBuf) {
        let files = self_signed::Files::in_folder(data);
        (files.certificate, files.key)
    }

    /// The acceptor for the next handshake.
    pub(super) async fn acceptor(&self) -> TlsAcceptor {
        let mut loaded = self.loaded.lock().await;
        if loaded.looked.elapsed() >= LOOK_EVERY {
            loaded.looked = Instant::now();
            self.look(&mut loaded).await;
        }
        TlsAcceptor::from(Arc::clone(&loaded.config))
    }

    async fn look(&self, loaded: &mut Loaded) {
        let (certificate, key, before) = (self.certificate.clone(), self.key.clone(), loaded.stamp);
        let look = tokio::task::spawn_blocking(move || {
            let stamp = Stamp::of(&certificate, &key);
            (stamp != before).then(|| (stamp, load(&certificate, &key)))
        });
        // The runtime is stopping, so the files are not checked.
        let Ok(Some((stamp, found))) = look.await else { return };
        loaded.stamp = stamp;
        match found {
            Ok(config) => {
                loaded.config = config;
                info!("the certificate for STARTTLS was read again");
            }
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                warn!(%error, cause, "the new certificate for STARTTLS is not used");
            }
        }
    }
}

impl Stamp {
    fn of(certificate: &Path, key: &Path) -> Self {
        Self([certificate, key].map(|path| {
            let about = std::fs::metadata(path).ok()?;
            Some((about.modified().ok()?, about.len()))
        }))
    }
}

fn load(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let chain = CertificateDer::pem_slice_iter(&read(certificate)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|cause| TlsError::Pem(certificate.to_owned(), cause))?;
    let private = PrivateKeyDer::from_pem_slice(&zeroize::Zeroizing::new(read(key)?))
        .map_err(|cause| TlsError::Pem(key.to_owned(), cause))?;
    // The provider is named, so that another crate's process default does not change it.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Pair)?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(TlsError::Pair)?;
    Ok(Arc::new(config))
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|cause| TlsError::Read(path.to_owned(), cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_that_does_not_belong_together_is_refused() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let one = self_signed::ensure(here.path(), "relay.example").unwrap();
        let two = self_signed::ensure(there.path(), "relay.example").unwrap();
        assert!(matches!(
            Tls::from_files(&one.certificate, &two.key),
            Err(TlsError::Pair(_))
        ));
        assert!(matches!(
            Tls::from_files(&one.key, &one.key),
            Err(TlsError::Pair(rustls::Error::NoCertificatesPresented))
        ));
    }
}
