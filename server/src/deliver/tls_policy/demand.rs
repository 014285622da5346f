//! The demands of a delivery on a mail host's TLS.

use std::{fmt, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

use super::dane::{DaneVerifier, Tlsa};

/// The TLS that a host must offer for a delivery. It is a part of the key of a kept connection, so that a message never goes over a
/// connection that was opened on weaker terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::deliver) enum Demand {
    /// TLS if the host offers it, with any certificate. Without a policy an attacker could hide STARTTLS as well, so
    /// unverified TLS is strictly better than none (RFC 7435).
    Opportunistic,
    /// As before, and what MTA-STS would have refused is logged (RFC 8461 §5, `testing`).
    Reported,
    /// TLS, with a certificate of a public CA for the host (RFC 8461 §4, `enforce`).
    WebPki,
    /// TLS, with any certificate: the domain has TLSA records, but none that SMTP can use (RFC 7672 §2.2).
    Encrypted,
    /// TLS, with a certificate that a TLSA record names (RFC 7672 §3).
    Dane {
        /// The usable records.
        records: Vec<Tlsa>,
        /// The names that a certificate below a trust anchor may have.
        names: Vec<String>,
    },
}

impl Demand {
    /// Whether it makes sure who is at the other end.
    pub fn is_verified(&self) -> bool {
        match self {
            Self::WebPki | Self::Dane { .. } => true,
            Self::Opportunistic | Self::Reported | Self::Encrypted => false,
        }
    }

    /// The kind of policy because of which a host without TLS gets nothing.
    pub fn policy(&self) -> Option<&'static str> {
        match self {
            Self::Opportunistic | Self::Reported => None,
            Self::WebPki => Some("MTA-STS"),
            Self::Encrypted | Self::Dane { .. } => Some("DANE"),
        }
    }
}

/// The TLS settings for each demand.
pub(in crate::deliver) struct TlsConfigs {
    provider: Arc<CryptoProvider>,
    opportunistic: Arc<ClientConfig>,
    web_pki: Option<WebPki>,
}

/// The settings that ask public CAs.
struct WebPki {
    verified: Arc<ClientConfig>,
    reported: Arc<ClientConfig>,
}

/// TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TlsSetupError(String);

impl TlsConfigs {
    /// Trusts no CA.
    ///
    /// # Errors
    /// TLS cannot be set up with the cryptographic library.
    pub fn new() -> Result<Self, TlsSetupError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let opportunistic = config(&provider, Arc::new(Unverified::new(&provider, None)))?;
        Ok(Self {
            provider,
            opportunistic,
            web_pki: None,
        })
    }

    /// Trusts these CAs where the web PKI decides.
    ///
    /// # Errors
    /// There is none, or TLS cannot be set up with the cryptographic library.
    pub fn trust(self, roots: RootCertStore) -> Result<Self, TlsSetupError> {
        let provider = &self.provider;
        let judge = WebPkiServerVerifier::builder_with_provider(roots.into(), Arc::clone(provider)).build();
        let judge = judge.map_err(|error| TlsSetupError(error.to_string()))?;
        let reported = Unverified::new(provider, Some(Arc::clone(&judge)));
        let web_pki = WebPki {
            verified: config(provider, judge)?,
            reported: config(provider, Arc::new(reported))?,
        };
        Ok(Self {
            web_pki: Some(web_pki),
            ..self
        })
    }

    /// The settings for web servers.
    ///
    /// # Errors
    /// No CA is trusted.
    pub fn web(&self) -> Result<Arc<ClientConfig>, TlsSetupError> {
        self.web_pki().map(|web_pki| Arc::clone(&web_pki.verified))
    }

    /// The settings for a mail host.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn of(&self, demand: &Demand) -> Result<Arc<ClientConfig>, TlsSetupError> {
        match demand {
            Demand::Opportunistic | Demand::Encrypted => Ok(Arc::clone(&self.opportunistic)),
            Demand::Reported => self.web_pki().map(|web_pki| Arc::clone(&web_pki.reported)),
            Demand::WebPki => self.web(),
            Demand::Dane { records, names } => {
                let names = names.iter().filter_map(|name| ServerName::try_from(name.clone()).ok());
                let verifier = DaneVerifier::new(records.clone(), names.collect(), Arc::clone(&self.provider));
                config(&self.provider, Arc::new(verifier))
            }
        }
    }

    fn web_pki(&self) -> Result<&WebPki, TlsSetupError> {
        self.web_pki
            .as_ref()
            .ok_or_else(|| TlsSetupError("no CA is trusted".into()))
    }
}

fn config(
    provider: &Arc<CryptoProvider>,
    verifier: Arc<dyn ServerCertVerifier>,
) -> Result<Arc<ClientConfig>, TlsSetupError> {
    let config = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsSetupError(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Accepts every certificate.
#[derive(Debug)]
struct Unverified {
    provider: Arc<CryptoProvider>,
    /// Its refusals are logged.
    judge: Option<Arc<WebPkiServerVerifier>>,
}

impl Unverified {
    fn new(provider: &Arc<CryptoProvider>, judge: Option<Arc<WebPkiServerVerifier>>) -> Self {
        Self {
            provider: Arc::clone(provider),
            judge,
        }
    }
}

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(judge) = &self.judge
            && let Err(error) = judge.verify_server_cert(end_entity, intermediates, name, ocsp, now)
        {
            report(&error);
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Logs what a policy in testing mode would have refused. The log names no contact's domain.
pub(in crate::deliver) fn report(reason: &dyn fmt::Display) {
    tracing::warn!(%reason, "an MTA-STS policy in testing mode is not satisfied, so the message is delivered anyway");
}
