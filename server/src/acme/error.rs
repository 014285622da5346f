//! Says why there is no certificate of a CA.

use std::{error::Error, io, path::PathBuf, time::Duration};

use hickory_resolver::net::NetError;

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
    /// The account's file is damaged.
    #[error("{} holds no account", .0.display())]
    Account(PathBuf, #[source] serde_json::Error),
    /// The CA refused a request or a name (RFC 8555 §6.7).
    #[error("the CA refuses: {says}")]
    Refused {
        /// What it says.
        says: String,
        /// The type of the problem, if the CA gave one.
        kind: Option<String>,
    },
    /// The CA does not offer the challenge that is set.
    #[error("the CA offers no {challenge} for {name}")]
    NotOffered {
        /// The challenge.
        challenge: &'static str,
        /// The name to prove.
        name: String,
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
}

impl AcmeError {
    /// Whether the CA does not know the account, for example because it is another CA at the same address.
    pub(super) fn is_unknown_account(&self) -> bool {
        const UNKNOWN: &str = "urn:ietf:params:acme:error:accountDoesNotExist";
        matches!(self, Self::Refused { kind: Some(kind), .. } if kind == UNKNOWN)
    }

    /// The error with all its causes on one line.
    pub(super) fn words(&self) -> String {
        let first: &(dyn Error + 'static) = self;
        let causes = std::iter::successors(Some(first), |error| (*error).source());
        causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
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
        Self::Refused {
            says: says.strip_prefix("API error: ").unwrap_or(&says).to_owned(),
            kind: problem.r#type,
        }
    }
}
