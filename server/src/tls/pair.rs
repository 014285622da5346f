//! Reads a certificate chain and its key, and makes the settings of TLS servers with them.

use std::{path::Path, sync::Arc};

use rustls::{
    ServerConfig,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::{CertifiedKey, SingleCertAndKey},
};
use zeroize::Zeroizing;

use super::{Leaf, TlsError, files::Files};

/// The only protocol of the web interface (RFC 7301 §6).
const HTTP_1_1: &[u8] = b"http/1.1";

/// A certificate chain and its key.
#[derive(Clone)]
pub(super) struct Pair {
    pub(super) smtp: Arc<ServerConfig>,
    pub(super) web: Arc<ServerConfig>,
    pub(super) leaf: Leaf,
}

/// Whether the text of a PEM file with chain and key can be used, and its certificate. `path` names the file in errors.
pub fn check(path: &Path, text: &[u8]) -> Result<Leaf, TlsError> {
    pair((text, path), (text, path)).map(|pair| pair.leaf)
}

/// Reads the two files.
pub(super) fn load(files: &Files) -> Result<Pair, TlsError> {
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
