//! Why a next hop does not get a message that demands REQUIRETLS (RFC 8689 §4.2.1).
//!
//! Such a message goes only over TLS with a certificate that was verified, to a host whose name is proved and that announces REQUIRETLS
//! within TLS. Another host of the domain may satisfy this; waiting does not help.

use std::io;

use super::{DeliveryError, MxError, tls_policy};

use crate::envelope::RequireTls;

/// The keyword in the answer to EHLO, and the parameter of MAIL (RFC 8689 §2).
pub(super) const KEYWORD: &str = "REQUIRETLS";

/// Why a next hop does not get a message that demands REQUIRETLS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequireTlsError {
    /// It does not announce REQUIRETLS.
    #[error("the next hop does not support REQUIRETLS")]
    NotSupported,
    /// The connection is not encrypted, or anybody could be at its other end.
    #[error("the next hop does not offer TLS with a verified certificate")]
    NotVerified,
    /// TLS fails, or the certificate is not the right one.
    #[error("TLS with the mail host fails")]
    Tls(#[source] io::Error),
    /// Anybody could have named the mail host.
    #[error("neither DNSSEC nor MTA-STS proves the name of the mail host")]
    UnprovedName,
}

impl RequireTlsError {
    /// The enhanced status code (RFC 8689 §4.2.1).
    pub fn status(&self) -> &'static str {
        match self {
            Self::NotSupported => RequireTls::NOT_SUPPORTED,
            Self::NotVerified | Self::Tls(_) | Self::UnprovedName => RequireTls::NOT_ENCRYPTED,
        }
    }
}

/// Judges a failure to connect for a message with this demand: a host without verified TLS is the wrong one, and not only for now. All
/// else may pass.
pub(super) fn judge(error: DeliveryError, demand: RequireTls) -> DeliveryError {
    let cause = match error {
        DeliveryError::Later(cause) if demand != RequireTls::No => cause,
        error => return error,
    };
    match cause.downcast::<MxError>().map(|error| *error) {
        Ok(MxError::NoTls { .. }) => RequireTlsError::NotVerified.into(),
        Ok(MxError::Tls { source, .. }) if tls_policy::is_unfit(&source) => RequireTlsError::Tls(source).into(),
        // This relay trusts no CA, so it can verify nothing. A bounce goes on without the demand.
        Ok(MxError::TlsSetup(_)) if demand == RequireTls::IfSupported => RequireTlsError::NotVerified.into(),
        Ok(error) => error.transient(),
        Err(cause) => DeliveryError::Later(cause),
    }
}

#[cfg(test)]
mod tests {
    use rustls::{AlertDescription, CertificateError, Error};

    use super::*;

    /// The status of a failure to connect.
    fn status(error: MxError, demand: RequireTls) -> &'static str {
        judge(error.transient(), demand).status()
    }

    fn tls(error: Error) -> MxError {
        MxError::Tls {
            host: "mx.test".into(),
            policy: None,
            source: io::Error::new(io::ErrorKind::InvalidData, error),
        }
    }

    #[test]
    fn only_a_host_that_is_the_wrong_one_is_given_up() {
        let wrong = || Error::InvalidCertificate(CertificateError::UnknownIssuer);
        assert_eq!(status(tls(wrong()), RequireTls::Always), "5.7.10");
        assert_eq!(status(tls(wrong()), RequireTls::IfSupported), "5.7.10");
        assert_eq!(status(tls(wrong()), RequireTls::No), "4.4.7");
        for passing in [
            tls(Error::AlertReceived(AlertDescription::InternalError)),
            tls(Error::General("x".into())),
            MxError::Unreachable(io::ErrorKind::ConnectionReset.into()),
        ] {
            assert_eq!(status(passing, RequireTls::Always), "4.4.7");
        }
    }

    #[test]
    fn a_relay_that_trusts_no_ca_sends_bounces_on_without_the_demand() {
        let no_ca = || {
            let configs = tls_policy::TlsConfigs::new().unwrap();
            MxError::from(configs.web().unwrap_err())
        };
        assert_eq!(status(no_ca(), RequireTls::IfSupported), "5.7.10");
        assert_eq!(status(no_ca(), RequireTls::Always), "4.4.7");
    }
}
