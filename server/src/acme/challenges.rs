//! Holds the answers to the CA's challenges while an order is under way. The web interface gives them out.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};

use super::AcmeError;
use crate::tls;

/// The protocol that a CA asks for in a TLS handshake (RFC 8737 §6.2).
pub const ACME_TLS: &[u8] = b"acme-tls/1";

/// The answers to all open challenges.
#[derive(Default)]
pub struct Challenges(Mutex<Answers>);

#[derive(Default)]
struct Answers {
    /// Key authorizations, by token.
    http: HashMap<String, String>,
    /// Certificates, by name.
    tls: HashMap<String, Arc<ServerConfig>>,
}

impl Challenges {
    /// The body that answers `/.well-known/acme-challenge/TOKEN` (RFC 8555 §8.3).
    pub fn http(&self, token: &str) -> Option<String> {
        self.answers().http.get(token).cloned()
    }

    /// The settings for a handshake that asks for [`ACME_TLS`] and a name (RFC 8737 §3).
    pub fn tls(&self, name: &str) -> Option<Arc<ServerConfig>> {
        self.answers().tls.get(&name.to_ascii_lowercase()).cloned()
    }

    pub(super) fn put_http(&self, token: &str, authorization: &str) {
        let (token, authorization) = (token.to_owned(), authorization.to_owned());
        self.answers().http.insert(token, authorization);
    }

    /// Makes the certificate that proves `name` to the CA. `digest` is the SHA-256 of the key authorization.
    pub(super) fn put_tls(&self, name: &str, digest: &[u8]) -> Result<(), AcmeError> {
        let config = Arc::new(proof(name, digest)?);
        self.answers().tls.insert(name.to_ascii_lowercase(), config);
        Ok(())
    }

    /// Forgets all answers.
    pub(super) fn clear(&self) {
        *self.answers() = Answers::default();
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn proof(name: &str, digest: &[u8]) -> Result<ServerConfig, AcmeError> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new([name.to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let certificate = params.self_signed(&key)?;
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let mut config = tls::proof_config(certificate.der().clone(), key).map_err(AcmeError::AnswerTls)?;
    config.alpn_protocols = vec![ACME_TLS.to_vec()];
    Ok(config)
}
