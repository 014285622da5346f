//! A CA, and the certificates that it issues.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, PublicKeyData};
use rustls::{RootCertStore, pki_types::CertificateDer};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};

/// A CA.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
    key_digest: String,
}

/// A certificate, with its chain, and its key, both as PEM.
pub struct Pair {
    pub chain: String,
    pub key: String,
    /// SHA-256 of the SubjectPublicKeyInfo, in hexadecimal: of TLSA 3 1 1.
    pub key_digest: String,
}

impl Authority {
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate,
            key_digest: digest(&key),
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate for these names that expires so many days from now. The CA's own certificate is in the chain.
    pub fn issue(&self, names: &[&str], days: i64) -> Pair {
        let key = KeyPair::generate().unwrap();
        let certificate = params(names, days).signed_by(&key, &self.issuer).unwrap();
        Pair {
            chain: format!("{}{}", certificate.pem(), self.certificate.pem()),
            key_digest: digest(&key),
            key: key.serialize_pem(),
        }
    }

    /// Trusts this CA alone.
    pub fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from(self.certificate.der().to_vec()))
            .unwrap();
        roots
    }

    /// SHA-256 of the key, in hexadecimal: of TLSA 2 1 1.
    pub fn key_digest(&self) -> &str {
        &self.key_digest
    }
}

/// A certificate that nobody vouches for.
pub fn self_signed(names: &[&str], days: i64) -> Pair {
    let key = KeyPair::generate().unwrap();
    let certificate = params(names, days).self_signed(&key).unwrap();
    Pair {
        chain: certificate.pem(),
        key_digest: digest(&key),
        key: key.serialize_pem(),
    }
}

fn params(names: &[&str], days: i64) -> CertificateParams {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    let now = OffsetDateTime::now_utc();
    params.not_before = now - Duration::days(60);
    params.not_after = now + Duration::days(days);
    params
}

fn digest(key: &KeyPair) -> String {
    hex::encode(Sha256::digest(key.subject_public_key_info()))
}
