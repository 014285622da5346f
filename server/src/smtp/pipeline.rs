//! The two questions that the SMTP receiver asks of whatever relays the mail.

use async_trait::async_trait;

use crate::{
    envelope::{Client, Received},
    refusal::Refusal,
    smtp_reply::SmtpReply,
};

/// The pipeline as the receiver sees it.
#[async_trait]
pub trait Pipeline: Send + Sync + 'static {
    /// An accepted recipient.
    type Recipient: Send + Sync + 'static;

    /// At RCPT: whether a message to `address` would be taken. Not asked about a second recipient of a transaction.
    async fn check_recipient(&self, client: &Client, address: &str) -> Result<Self::Recipient, Refusal>;

    /// At the end of DATA: relays the message; the answer is what the peer gets.
    async fn accept_message(&self, received: Received<Self::Recipient>) -> Result<SmtpReply, Refusal>;
}
