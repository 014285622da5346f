//! Provides the host's certificate for TLS, to the SMTP receiver and the web interface.
//!
//! It is the operator's, or one of a CA that [`crate::acme`] keeps, or a self-signed one. Its files are read again when they
//! change, without a restart. Other mail servers do not check it (RFC 7435): there it protects against passive eavesdropping.

mod leaf;
mod self_signed;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use rustls::{
    ServerConfig,
    crypto::CryptoProvider,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
    sign::{CertifiedKey, SingleCertAndKey},
};
use tokio::{sync::Mutex, time::Instant};
use tokio_rustls::TlsAcceptor;
use tracing::{info, warn};
use zeroize::Zeroizing;

pub use leaf::Leaf;
pub use self_signed::SelfSignedError;

/// The shortest time between two checks of the files, which happen when a client asks for TLS.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The only protocol of the web interface (RFC 7301 §6).
const HTTP_1_1: &[u8] = b"http/1.1";

/// Why there is no certificate for TLS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file does not exist or cannot be read.
    #[error("cannot read {}", .0.display())]
    Read(PathBuf, #[source] std::io::Error),
    /// A file holds no PEM section of the needed kind.
    #[error("no usable PEM in {}", .0.display())]
    Pem(PathBuf, #[source] pem::Error),
    /// The first certificate of a file cannot be read.
    #[error("no usable certificate in {}", .0.display())]
    Certificate(PathBuf, #[source] der::Error),
    /// Certificate and key do not belong together, or are of a kind that TLS does not use.
    #[error("certificate and key cannot be used for TLS")]
    Pair(#[source] rustls::Error),
    /// The self-signed certificate could not be created.
    #[error("cannot make a self-signed certificate")]
    SelfSigned(#[from] SelfSignedError),
}

/// Provides the current certificate for each handshake.
pub struct Tls {
    /// A file with chain and key, which may come later.
    preferred: Option<PathBuf>,
    files: Files,
    loaded: Mutex<Loaded>,
}

/// The paths of certificate chain and key.
#[derive(Clone, PartialEq, Eq)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

struct Loaded {
    pair: Pair,
    stamp: Stamp,
    looked: Instant,
}

/// A certificate chain and its key.
#[derive(Clone)]
struct Pair {
    smtp: Arc<ServerConfig>,
    web: Arc<ServerConfig>,
    leaf: Leaf,
}

/// Identifies a version of the two files.
#[derive(Clone, PartialEq, Eq)]
struct Stamp(Files, [Option<(SystemTime, u64)>; 2]);

impl Tls {
    /// From a PEM file with the certificate chain, leaf first, and one with its key. Both are read again when one of them
    /// changes; a pair that cannot be used is logged and leaves the one before in use.
    ///
    /// # Errors
    /// The pair cannot be read or used.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let files = Files {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
        };
        Self::open(None, files)
    }

    /// From a self-signed certificate for `hostname`, kept in `data` and made when it is not there.
    ///
    /// # Errors
    /// It cannot be made, written or read.
    pub fn self_signed_in(data: &Path, hostname: &str) -> Result<Self, TlsError> {
        Self::open(None, self_signed::ensure(data, hostname)?)
    }

    /// From a PEM file with chain and key; from a self-signed certificate as long as this file does not exist.
    ///
    /// # Errors
    /// The file exists and cannot be used, or no self-signed certificate can be made.
    pub fn issued_or_self_signed(issued: &Path, data: &Path, hostname: &str) -> Result<Self, TlsError> {
        Self::open(Some(issued.to_owned()), self_signed::ensure(data, hostname)?)
    }

    /// The paths of the self-signed certificate and its key, which may not be there yet.
    pub fn self_signed_files(data: &Path) -> (PathBuf, PathBuf) {
        let files = Files::in_folder(data);
        (files.certificate, files.key)
    }

    fn open(preferred: Option<PathBuf>, files: Files) -> Result<Self, TlsError> {
        let stamp = Stamp::of(choose(preferred.as_deref(), &files));
        let loaded = Loaded {
            pair: load(&stamp.0)?,
            stamp,
            looked: Instant::now(),
        };
        Ok(Self {
            preferred,
            files,
            loaded: Mutex::new(loaded),
        })
    }

    /// The acceptor for the next handshake of the SMTP receiver.
    pub(crate) async fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.current().await.smtp)
    }

    /// The settings for the next handshake of the web interface.
    pub(crate) async fn web(&self) -> Arc<ServerConfig> {
        self.current().await.web
    }

    /// The current certificate.
    pub async fn leaf(&self) -> Leaf {
        self.current().await.leaf
    }

    async fn current(&self) -> Pair {
        let mut loaded = self.loaded.lock().await;
        if loaded.looked.elapsed() >= LOOK_EVERY {
            loaded.looked = Instant::now();
            self.look(&mut loaded).await;
        }
        loaded.pair.clone()
    }

    async fn look(&self, loaded: &mut Loaded) {
        let (preferred, files, before) = (self.preferred.clone(), self.files.clone(), loaded.stamp.clone());
        let look = tokio::task::spawn_blocking(move || {
            let stamp = Stamp::of(choose(preferred.as_deref(), &files));
            (stamp != before).then(|| (load(&stamp.0), stamp))
        });
        // The runtime is stopping, so the files are not checked.
        let Ok(Some((found, stamp))) = look.await else { return };
        loaded.stamp = stamp;
        match found {
            Ok(pair) => {
                loaded.pair = pair;
                info!("the certificate for TLS was read again");
            }
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                warn!(%error, cause, "the new certificate for TLS is not used");
            }
        }
    }
}

impl Stamp {
    fn of(files: Files) -> Self {
        let versions = [&files.certificate, &files.key].map(|path| {
            let about = std::fs::metadata(path).ok()?;
            Some((about.modified().ok()?, about.len()))
        });
        Self(files, versions)
    }
}

/// Whether the text of a PEM file with chain and key can be used, and its certificate. `path` names the file in errors.
pub fn check(path: &Path, text: &[u8]) -> Result<Leaf, TlsError> {
    pair((text, path), (text, path)).map(|pair| pair.leaf)
}

fn choose(preferred: Option<&Path>, files: &Files) -> Files {
    match preferred {
        Some(path) if path.exists() => Files {
            certificate: path.to_owned(),
            key: path.to_owned(),
        },
        _ => files.clone(),
    }
}

fn load(files: &Files) -> Result<Pair, TlsError> {
    let (chain, key) = (read(&files.certificate)?, read(&files.key)?);
    pair((&chain, &files.certificate), (&key, &files.key))
}

fn pair((chain, certificate): (&[u8], &Path), (private, key): (&[u8], &Path)) -> Result<Pair, TlsError> {
    let chain = CertificateDer::pem_slice_iter(chain)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|cause| TlsError::Pem(certificate.to_owned(), cause))?;
    let private = PrivateKeyDer::from_pem_slice(private).map_err(|cause| TlsError::Pem(key.to_owned(), cause))?;
    let first = chain
        .first()
        .ok_or(TlsError::Pair(rustls::Error::NoCertificatesPresented))?;
    let leaf = Leaf::read(first).map_err(|cause| TlsError::Certificate(certificate.to_owned(), cause))?;
    let smtp = server_config(chain.clone(), private.clone_key()).map_err(TlsError::Pair)?;
    // Not a copy, which would share its sessions: one of SMTP must not be resumed on the web.
    let mut web = server_config(chain, private).map_err(TlsError::Pair)?;
    web.alpn_protocols = vec![HTTP_1_1.to_vec()];
    Ok(Pair {
        smtp: Arc::new(smtp),
        web: Arc::new(web),
        leaf,
    })
}

fn server_config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)
}

/// The settings of a TLS server with a certificate that need not be one of TLS. `server_config` would refuse that of
/// RFC 8737, because of its critical extension.
pub(crate) fn proof_config(
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    let provider = provider();
    let key = provider.key_provider.load_private_key(key)?;
    let shown = SingleCertAndKey::from(CertifiedKey::new(vec![certificate], key));
    Ok(ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(shown)))
}

/// The provider is named, so that another crate's process default does not change it.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, TlsError> {
    let read = std::fs::read(path).map(Zeroizing::new);
    read.map_err(|cause| TlsError::Read(path.to_owned(), cause))
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
