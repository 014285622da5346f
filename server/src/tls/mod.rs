//! Provides the host's certificate for TLS, to the SMTP receiver and the web interface.
//!
//! It is the operator's, or one of a CA that [`crate::acme`] keeps, or a self-signed one. Its files are read again when they
//! change, without a restart. Other mail servers do not check it (RFC 7435): there it protects against passive eavesdropping.

mod files;
mod leaf;
mod pair;
mod roots;
mod self_signed;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use files::{Files, Stamp};
use pair::{Pair, load};
use rustls::{ServerConfig, pki_types::pem};
use tokio::{sync::Mutex, time::Instant};
use tokio_rustls::TlsAcceptor;
use tracing::{info, warn};

pub use leaf::Leaf;
pub use pair::check;
pub(crate) use pair::proof_config;
pub(crate) use roots::{trusted_roots, web_client};
pub use self_signed::SelfSignedError;

use crate::causes::chain;

/// The shortest time between two checks of the files, which happen when a client asks for TLS.
const LOOK_EVERY: Duration = Duration::from_secs(1);

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

struct Loaded {
    pair: Pair,
    /// The files that the pair was read from. Files that cannot be used never count here, so they are tried again.
    stamp: Stamp,
    /// Why the files of now cannot be used, as it was logged.
    complaint: Option<String>,
    looked: Instant,
}

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

    /// From a self-signed certificate for `hostname`, kept in `data` and made when it is not there or cannot be used.
    ///
    /// # Errors
    /// It cannot be made, written or read.
    pub fn self_signed_in(data: &Path, hostname: &str) -> Result<Self, TlsError> {
        Self::open(None, self_signed_files(data, hostname)?)
    }

    /// From a PEM file with chain and key; from a self-signed certificate as long as this file does not exist or cannot be
    /// used.
    ///
    /// # Errors
    /// No self-signed certificate can be made.
    pub fn issued_or_self_signed(issued: &Path, data: &Path, hostname: &str) -> Result<Self, TlsError> {
        Self::open(Some(issued.to_owned()), self_signed_files(data, hostname)?)
    }

    /// The paths of the self-signed certificate and its key, which may not be there yet.
    pub fn self_signed_files(data: &Path) -> (PathBuf, PathBuf) {
        let files = Files::in_folder(data);
        (files.certificate, files.key)
    }

    fn open(preferred: Option<PathBuf>, files: Files) -> Result<Self, TlsError> {
        let mut stamp = Stamp::of(files.or_preferred(preferred.as_deref()));
        let mut complaint = None;
        let pair = match load(&stamp.files) {
            Err(error) if stamp.files != files => {
                let error = chain(&error);
                warn!(error, "the certificate of the CA is not used, but the self-signed one");
                complaint = Some(error);
                stamp = Stamp::of(files.clone());
                load(&files)?
            }
            loaded => loaded?,
        };
        let loaded = Loaded {
            pair,
            stamp,
            complaint,
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
            let stamp = Stamp::of(files.or_preferred(preferred.as_deref()));
            (stamp != before).then(|| (load(&stamp.files), stamp))
        });
        match look.await {
            Ok(Some((Ok(pair), stamp))) => {
                (loaded.pair, loaded.stamp, loaded.complaint) = (pair, stamp, None);
                info!("the certificate for TLS was read again");
            }
            Ok(Some((Err(error), _))) => {
                let error = chain(&error);
                if loaded.complaint.as_ref() != Some(&error) {
                    warn!(error, "the new certificate for TLS is not used");
                    loaded.complaint = Some(error);
                }
            }
            // The files are those in use, again.
            Ok(None) => loaded.complaint = None,
            // The runtime is stopping, so the files are not checked.
            Err(_) => {}
        }
    }
}

/// The files of the self-signed certificate. Files that cannot be used are kept under other names, and made anew: nobody
/// knows this certificate, and without one the relay does not start.
fn self_signed_files(data: &Path, hostname: &str) -> Result<Files, TlsError> {
    let files = self_signed::ensure(data, hostname)?;
    if let Err(error) = load(&files) {
        let error = chain(&error);
        warn!(error, "the self-signed certificate cannot be used, and is made anew");
        self_signed::set_aside(&files)?;
        self_signed::ensure(data, hostname)?;
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    /// A PEM file with certificate and key for a name.
    fn issue(file: &Path, name: &str) {
        let folder = tempfile::tempdir().unwrap();
        let made = self_signed::ensure(folder.path(), name).unwrap();
        let text = [made.certificate, made.key].map(|path| fs::read_to_string(path).unwrap());
        fs::write(file, text.concat()).unwrap();
    }

    async fn name(tls: &Tls) -> String {
        tls.loaded.lock().await.looked -= LOOK_EVERY;
        tls.leaf().await.names[0].clone()
    }

    #[tokio::test]
    async fn an_issued_file_that_cannot_be_used_gives_way_to_the_self_signed_one_until_it_can() {
        let data = tempfile::tempdir().unwrap();
        let issued = data.path().join("acme.pem");
        for damage in [
            "",
            "no PEM",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ] {
            fs::write(&issued, damage).unwrap();
            let tls = Tls::issued_or_self_signed(&issued, data.path(), "own.example").unwrap();
            assert_eq!(name(&tls).await, "own.example");
            assert!(tls.loaded.lock().await.complaint.is_some());
            issue(&issued, "issued.example");
            assert_eq!(name(&tls).await, "issued.example");
            assert!(tls.loaded.lock().await.complaint.is_none());
        }
    }

    #[tokio::test]
    async fn a_file_that_could_not_be_read_once_is_tried_again_though_time_and_length_stay() {
        let data = tempfile::tempdir().unwrap();
        let issued = data.path().join("acme.pem");
        issue(&issued, "first.example");
        let tls = Tls::from_files(&issued, &issued).unwrap();
        let next = data.path().join("next.pem");
        issue(&next, "other.example");
        let (text, mut torn) = (fs::read(&next).unwrap(), fs::read(&next).unwrap());
        torn[100..200].fill(b'!');
        let time = fs::metadata(&issued).unwrap().modified().unwrap();
        for (text, expected) in [(&torn, "first.example"), (&text, "other.example")] {
            fs::write(&issued, text).unwrap();
            fs::File::options()
                .write(true)
                .open(&issued)
                .unwrap()
                .set_modified(time)
                .unwrap();
            assert_eq!(name(&tls).await, expected);
        }
    }

    #[tokio::test]
    async fn a_file_whose_reading_failed_is_read_when_it_can_be() {
        let data = tempfile::tempdir().unwrap();
        let (issued, real) = (data.path().join("acme.pem"), data.path().join("real.pem"));
        issue(&issued, "first.example");
        let tls = Tls::from_files(&issued, &issued).unwrap();
        // A folder can be looked at and not read, also by root.
        fs::remove_file(&issued).unwrap();
        fs::create_dir(&issued).unwrap();
        assert_eq!(name(&tls).await, "first.example");
        // A disk that failed for a moment leaves the file as it was.
        let looked_at = Stamp::of(tls.files.clone());
        assert!(tls.loaded.lock().await.stamp != looked_at, "it is tried again");
        fs::remove_dir(&issued).unwrap();
        issue(&real, "other.example");
        fs::rename(&real, &issued).unwrap();
        assert_eq!(name(&tls).await, "other.example");
    }

    #[tokio::test]
    async fn a_self_signed_pair_that_does_not_belong_together_is_made_anew_and_kept() {
        let (data, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (files, strange) = (Files::in_folder(data.path()), Files::in_folder(other.path()));
        self_signed::ensure(data.path(), "own.example").unwrap();
        self_signed::ensure(other.path(), "own.example").unwrap();
        // The key was deleted, and the program killed when it had made another one.
        fs::copy(&strange.key, &files.key).unwrap();
        let tls = Tls::self_signed_in(data.path(), "own.example").unwrap();
        assert_eq!(name(&tls).await, "own.example");
        let mode = fs::metadata(data.path().join("smtp.key.unusable"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            fs::read(data.path().join("smtp.key.unusable")).unwrap(),
            fs::read(&strange.key).unwrap()
        );
        assert!(data.path().join("smtp.crt.unusable").exists());
        load(&files).unwrap();
    }

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
