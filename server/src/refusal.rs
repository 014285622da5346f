//! Defines the refusal that ends a stage: the SMTP reply for the peer, a word for log and metrics, and the private cause.

use crate::{
    dkim::DkimError,
    message_ids::MessageIdError,
    processors::ProcessorsError,
    smtp_reply::{self, SmtpReply},
    store::StoreError,
    vault::VaultError,
};

/// Why a stage stops a message: the SMTP reply, a reason for the log, and the private cause.
#[derive(Debug)]
pub struct Refusal {
    /// The SMTP reply that the client reads.
    pub reply: SmtpReply,
    /// A stable word for the log and metrics.
    pub reason: &'static str,
    /// The cause, for the log only.
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Refusal {
    /// Creates a refusal by policy, without an error below.
    pub const fn new(reply: SmtpReply, reason: &'static str) -> Self {
        Self {
            reply,
            reason,
            cause: None,
        }
    }

    /// Creates a temporary refusal because of an internal error. The sender tries again.
    pub fn later(reason: &'static str, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::because(smtp_reply::TRY_AGAIN, reason, cause)
    }

    /// Creates a refusal because of an error below.
    pub fn because(
        reply: SmtpReply,
        reason: &'static str,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            reply,
            reason,
            cause: Some(cause.into()),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full(_) => Self::because(smtp_reply::NO_ROOM, "disk_full", error),
            error => Self::later("store", error),
        }
    }
}

impl From<VaultError> for Refusal {
    fn from(error: VaultError) -> Self {
        Self::later("vault", error)
    }
}

impl From<DkimError> for Refusal {
    fn from(error: DkimError) -> Self {
        Self::later("dkim", error)
    }
}

impl From<MessageIdError> for Refusal {
    fn from(error: MessageIdError) -> Self {
        Self::later("message_ids", error)
    }
}

impl From<ProcessorsError> for Refusal {
    fn from(error: ProcessorsError) -> Self {
        Self::later("processors", error)
    }
}

impl From<getrandom::Error> for Refusal {
    fn from(error: getrandom::Error) -> Self {
        Self::later("random", error)
    }
}
