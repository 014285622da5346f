//! The certificates of CAs that this system trusts, for connections that the relay opens.

use rustls::RootCertStore;

/// Returns them. Those that cannot be read are left out.
pub(crate) fn trusted_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}
