//! Why a next hop does not get a message that demands REQUIRETLS (RFC 8689 §4.2.1).
//!
//! Such a message goes only over TLS with a certificate that was verified, to a host whose name is proved and that announces REQUIRETLS
//! within TLS. Another host of the domain may satisfy this; waiting does not help.

use std::io;

use super::{DeliveryError, MxError};

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

/// What a failure to connect means for a message that demands REQUIRETLS: a host without verified TLS is the wrong one, and not only for
/// now. All else may pass.
pub(super) fn judge(error: DeliveryError) -> DeliveryError {
    let DeliveryError::Later(cause) = error else {
        return error;
    };
    match cause.downcast::<MxError>().map(|error| *error) {
        Ok(MxError::NoTls { .. }) => RequireTlsError::NotVerified.into(),
        // rustls refuses with this kind. A connection that breaks has another.
        Ok(MxError::Tls { source, .. }) if source.kind() == io::ErrorKind::InvalidData => {
            RequireTlsError::Tls(source).into()
        }
        Ok(error) => error.transient(),
        Err(cause) => DeliveryError::Later(cause),
    }
}
