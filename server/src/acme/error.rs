//! Says why there is no certificate of a CA.

use std::{io, path::PathBuf, time::Duration};

use hickory_resolver::net::NetError;
use instant_acme::Identifier;

use crate::tls::TlsError;

/// Why no certificate was obtained.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AcmeError {
    /// The resolver for the names cannot be set up, or does not answer.
    #[error("the names of the certificate cannot be looked up")]
    Resolver(#[from] NetError),
    /// The DNS has no address for any name.
    #[error("no name of the certificate has an address in the DNS: {0}")]
    NoNames(String),
    /// A file of the data folder cannot be read.
    #[error("{} cannot be read", .0.display())]
    Read(PathBuf, #[source] io::Error),
    /// A file of the data folder can be read by others than its owner.
    #[error("{} must be readable by its owner only (chmod 600)", .0.display())]
    Exposed(PathBuf),
    /// A file of the data folder cannot be written.
    #[error("{} cannot be written", .0.display())]
    Write(PathBuf, #[source] io::Error),
    /// A file of the data folder does not hold what it should.
    #[error("{} is damaged", .0.display())]
    Damaged(PathBuf, #[source] serde_json::Error),
    /// A name lost its address. Clients that still use it would be refused by a certificate without it.
    #[error(
        "{0} is in the certificate before, and has no address in the DNS any more; it is left out when that certificate ends"
    )]
    Vanished(String),
    /// The CA refused a request or a name (RFC 8555 §6.7).
    #[error("the CA refuses: {says}")]
    Refused {
        /// What it says.
        says: String,
        /// The type of the problem, if the CA gave one.
        kind: Option<String>,
        /// The names that it is about, if it says so.
        names: Vec<String>,
    },
    /// The CA cannot be reached, or does not keep to the protocol.
    #[error("the CA gives no certificate")]
    Ca(#[source] instant_acme::Error),
    /// The certificate that answers a challenge cannot be made.
    #[error("the challenge's certificate cannot be made")]
    Answer(#[from] rcgen::Error),
    /// The certificate that answers a challenge cannot be used.
    #[error("the challenge's certificate cannot be used")]
    AnswerTls(#[source] rustls::Error),
    /// What the CA issued cannot be used.
    #[error("the CA's certificate cannot be used")]
    Unusable(#[from] TlsError),
    /// The CA did not finish in time.
    #[error("the CA did not finish within {} seconds", .0.as_secs())]
    TooSlow(Duration),
    /// The attempt panicked.
    #[error("the attempt broke off: {0}")]
    Panicked(String),
}

/// Begins the types of ACME's problems (RFC 8555 §6.7).
const ACME: &str = "urn:ietf:params:acme:error:";

/// Problems that say nothing of the order: it can be continued later.
const PASSING: &[&str] = &[
    "badNonce",
    "orderNotReady",
    "rateLimited",
    "serverInternal",
    "userActionRequired",
];

/// Problems of one name or several.
const OF_NAMES: &[&str] = &[
    "caa",
    "connection",
    "dns",
    "incorrectResponse",
    "rejectedIdentifier",
    "tls",
    "unauthorized",
    "unsupportedIdentifier",
];

impl AcmeError {
    /// Whether the CA does not know the account, for example because it is another CA at the same address.
    pub(super) fn is_unknown_account(&self) -> bool {
        self.kind() == Some("accountDoesNotExist")
    }

    /// Whether the order that failed is of no use any more. After other errors, such as of the network or of the disk, it can
    /// be continued.
    pub(super) fn ends_order(&self) -> bool {
        match self {
            Self::Refused { .. } => !self.kind().is_some_and(|kind| PASSING.contains(&kind)),
            Self::Unusable(_) => true,
            _ => false,
        }
    }

    /// The names that the CA refuses; `Some` of none if it does not say which.
    pub(super) fn refused_names(&self) -> Option<&[String]> {
        match self {
            Self::Refused { names, .. } if !names.is_empty() => Some(names),
            Self::Refused { .. } if self.kind().is_some_and(|kind| OF_NAMES.contains(&kind)) => Some(&[]),
            _ => None,
        }
    }

    /// The type of the CA's problem, without its prefix.
    fn kind(&self) -> Option<&str> {
        match self {
            Self::Refused { kind, .. } => kind.as_deref()?.strip_prefix(ACME),
            _ => None,
        }
    }
}

impl From<instant_acme::Error> for AcmeError {
    fn from(error: instant_acme::Error) -> Self {
        match error {
            instant_acme::Error::Api(problem) => Self::from(problem),
            other => Self::Ca(other),
        }
    }
}

impl From<instant_acme::Problem> for AcmeError {
    fn from(problem: instant_acme::Problem) -> Self {
        let says = problem.to_string();
        let identifiers = problem.subproblems.into_iter().filter_map(|one| one.identifier);
        Self::Refused {
            says: says.strip_prefix("API error: ").unwrap_or(&says).to_owned(),
            kind: problem.r#type,
            names: identifiers
                .filter_map(|identifier| match identifier {
                    Identifier::Dns(name) => Some(name.to_ascii_lowercase()),
                    _ => None,
                })
                .collect(),
        }
    }
}
