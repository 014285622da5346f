//! Defines the refusal that ends a stage: the reason, the SMTP reply for the peer, and the private cause.

mod reason;

pub use reason::Reason;

use crate::{
    dkim::DkimError, message_ids::MessageIdError, processors::ProcessorsError, smtp_reply::SmtpReply,
    store::StoreError, vault::VaultError,
};

/// Why a stage stops a message: the reason, the SMTP reply, and the private cause.
#[derive(Debug)]
pub struct Refusal {
    /// Why, for the log and metrics.
    pub reason: Reason,
    /// The SMTP reply that the client reads: that of the reason, with a detail of the message if one helps.
    pub reply: SmtpReply,
    /// The cause, for the log only.
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Refusal {
    /// Creates a refusal by policy, without an error below.
    pub const fn new(reason: Reason) -> Self {
        Self {
            reason,
            reply: reason.reply(),
            cause: None,
        }
    }

    /// Creates a refusal because of an error below.
    pub fn because(reason: Reason, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::new(reason)
        }
    }

    /// Returns the same refusal with a reply that says more of the message.
    #[must_use]
    pub fn saying(self, reply: SmtpReply) -> Self {
        Self { reply, ..self }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full(_) => Self::because(Reason::DiskFull, error),
            error => Self::because(Reason::Store, error),
        }
    }
}

impl From<VaultError> for Refusal {
    fn from(error: VaultError) -> Self {
        Self::because(Reason::Vault, error)
    }
}

impl From<DkimError> for Refusal {
    fn from(error: DkimError) -> Self {
        Self::because(Reason::Dkim, error)
    }
}

impl From<MessageIdError> for Refusal {
    fn from(error: MessageIdError) -> Self {
        Self::because(Reason::MessageIds, error)
    }
}

impl From<ProcessorsError> for Refusal {
    fn from(error: ProcessorsError) -> Self {
        Self::because(Reason::Processors, error)
    }
}

impl From<getrandom::Error> for Refusal {
    fn from(error: getrandom::Error) -> Self {
        Self::because(Reason::Random, error)
    }
}
