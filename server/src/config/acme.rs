//! Defines how a certificate is obtained from a CA by ACME (RFC 8555).

use std::path::PathBuf;

use app::address::EmailAddress;
use serde::Deserialize;
use url::Url;

use super::Fault;

/// Let's Encrypt's directory.
pub(super) const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// How a certificate is obtained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcmeSettings {
    /// How names are proved to the CA.
    pub challenge: AcmeChallenge,
    /// The address that the CA may write to.
    pub contact: Option<EmailAddress>,
    /// The URL of the CA's directory (RFC 8555 §7.1.1).
    pub directory: String,
    /// A PEM file with the root that the directory's own TLS is checked against; what the system trusts if unset.
    pub ca: Option<PathBuf>,
}

/// How names are proved to the CA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum AcmeChallenge {
    /// By a file on the plain web, port 80 (RFC 8555 §8.3).
    #[serde(rename = "http-01")]
    Http01,
    /// By a TLS handshake of the web interface, port 443 (RFC 8737).
    #[serde(rename = "tls-alpn-01")]
    TlsAlpn01,
}

impl AcmeChallenge {
    /// The name that ACME has for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Http01 => "http-01",
            Self::TlsAlpn01 => "tls-alpn-01",
        }
    }
}

/// Parses the contact's address.
pub(super) fn contact(text: &str) -> Result<EmailAddress, Fault> {
    text.parse().map_err(|_| Fault::Address(text.into()))
}

/// Checks the directory's URL. The CA's answers must come over TLS (RFC 8555 §6.1).
pub(super) fn directory(text: String) -> Result<String, Fault> {
    match Url::parse(&text) {
        Ok(url) if url.scheme() == "https" => Ok(text),
        _ => Err(Fault::NotHttps),
    }
}
