//! The certificates of CAs that this system trusts, for connections that the relay opens.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs::default_provider};

/// Returns them. Those that cannot be read are left out.
pub(crate) fn trusted_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// The settings for a web server, whose certificate one of them must have issued.
pub(crate) fn web_client() -> Result<ClientConfig, rustls::Error> {
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(trusted_roots())
        .with_no_client_auth();
    Ok(config)
}
