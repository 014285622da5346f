//! Defines the two decisions that the SMTP receiver leaves to the rest of the relay.

use async_trait::async_trait;

use crate::{
    envelope::{Client, Received},
    refusal::{Reason, Refusal},
    smtp_reply::SmtpReply,
};

/// The rest of the relay, as the receiver sees it.
#[async_trait]
pub trait Pipeline: Send + Sync + 'static {
    /// An accepted recipient.
    type Recipient: Send + Sync + 'static;

    /// Decides at RCPT whether a message to `address` would be accepted. The receiver does not ask about the second
    /// recipient of a transaction.
    async fn check_recipient(&self, client: &Client, address: &str) -> Result<Self::Recipient, Refusal>;

    /// The memory that a message to the recipient takes until it is relayed, in halves of its octets.
    fn halves_of_message(&self, recipient: &Self::Recipient) -> usize;

    /// Relays the message at the end of DATA. The result is the reply to the client.
    async fn accept_message(&self, received: Received<Self::Recipient>) -> Result<SmtpReply, Refusal>;

    /// Counts a refusal of the pipeline's, or of the receiver's own.
    fn note_refusal(&self, reason: Reason);
}
