//! Why no mail host took a parcel.

use std::io;

use hickory_resolver::net::NetError;
use rustls::pki_types::InvalidDnsNameError;
use tokio::time::error::Elapsed;

use super::{DeliveryError, lookup, tls_policy::TlsSetupError};

/// Why no host took a parcel.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MxError {
    /// The domain accepts no mail (RFC 7505).
    #[error("{0} takes no mail")]
    NullMx(String),
    /// The domain does not exist.
    #[error("{0} has no mail host")]
    NoHost(String),
    /// All addresses of its mail hosts are ones that mail must not go to.
    #[error("{0} has no mail host with a public address (SEALPOST_MX_PRIVATE_NETWORKS allows others)")]
    NotPublic(String),
    /// The resolver did not answer.
    #[error("the resolver failed")]
    Resolver(#[source] NetError),
    /// DNSSEC signatures are wrong, or missing in a signed zone.
    #[error("the DNS answer for {0} is not signed as it must be (DNSSEC)")]
    Bogus(String),
    /// TLS cannot be set up for the host's name.
    #[error("the mail host's name cannot be used")]
    HostName(#[source] InvalidDnsNameError),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    TlsSetup(#[from] TlsSetupError),
    /// The mail host does not offer TLS although a policy demands it.
    #[error("{host} does not offer TLS, which {policy} demands")]
    NoTls {
        /// The mail host.
        host: String,
        /// The kind of policy.
        policy: &'static str,
    },
    /// TLS fails, or the certificate is not one that a policy accepts.
    #[error("TLS with {host} fails (policy: {})", .policy.unwrap_or("none"))]
    Tls {
        /// The mail host.
        host: String,
        /// The kind of policy, if there is one.
        policy: Option<&'static str>,
        /// The cause.
        source: io::Error,
    },
    /// The MTA-STS policy of the domain does not name the mail host.
    #[error("{host} is not a mail host that the MTA-STS policy of {domain} names")]
    NotInPolicy {
        /// The mail host.
        host: String,
        /// The recipient's domain.
        domain: String,
    },
    /// A message demands REQUIRETLS, and a failure may hide what proves the name of the mail host.
    #[error("it is not known now whether DNSSEC or MTA-STS proves the mail hosts of {0}")]
    UnknownProof(String),
    /// The mail host cannot be reached.
    #[error("the mail host is not reached")]
    Unreachable(#[source] io::Error),
    /// The look-ups and hosts together took too long.
    #[error("the mail hosts take too long")]
    TooSlow(#[source] Elapsed),
}

impl MxError {
    /// A failed look-up of a name.
    pub(super) fn lookup(name: &str, error: NetError) -> Self {
        match lookup::is_bogus(&error) {
            true => Self::Bogus(name.trim_end_matches('.').into()),
            false => Self::Resolver(error),
        }
    }

    /// How a policy of the domain held a delivery back, if one did. The words name nobody, so that they can be logged.
    pub(super) fn held_back(&self) -> Option<&'static str> {
        match self {
            Self::Bogus(_) => Some("a DNS answer is not signed as it must be"),
            Self::NoTls { .. } => Some("the mail host does not offer TLS"),
            Self::Tls { policy: Some(_), .. } => Some("TLS with the mail host fails"),
            Self::NotInPolicy { .. } => Some("the MTA-STS policy does not name the mail host"),
            _ => None,
        }
    }

    /// The failure of a delivery that would fail again.
    pub(super) fn permanent(self) -> DeliveryError {
        DeliveryError::Never(self.into())
    }

    /// The failure of a delivery that is tried again.
    pub(super) fn transient(self) -> DeliveryError {
        DeliveryError::Later(self.into())
    }
}
