//! What the SMTP receiver hands to the pipeline, and the two questions that it asks.

use std::net::IpAddr;

use async_trait::async_trait;

use crate::smtp::reply::{Refusal, Reply};

/// The envelope sender (RFC 5321 §4.5.5).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ReversePath {
    /// `<>`: a bounce.
    Null,
    /// An address as the client wrote it, without angle brackets.
    Address(String),
}

/// What is known of the client when it names a recipient.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its address.
    pub ip: IpAddr,
    /// What it said in EHLO or HELO.
    pub helo: String,
    /// Whether that was EHLO: the protocol is then ESMTP.
    pub extended: bool,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// Whether the transaction asked for SMTPUTF8 (RFC 6531).
    pub smtputf8: bool,
    /// Its envelope sender.
    pub reverse_path: ReversePath,
}

/// A complete message.
pub struct Received<R> {
    /// Who sent it.
    pub client: Client,
    /// The recipient that was accepted: a transaction takes one (DESIGN §6).
    pub recipient: R,
    /// The message, lines ended by CRLF, dots unstuffed.
    pub data: Vec<u8>,
}

/// The pipeline as the receiver sees it.
#[async_trait]
pub trait Gate: Send + Sync + 'static {
    /// An accepted recipient.
    type Recipient: Send + Sync + 'static;

    /// At RCPT: whether a message to `address` would be taken. Not asked about a second recipient of a transaction.
    async fn recipient(&self, client: &Client, address: &str) -> Result<Self::Recipient, Refusal>;

    /// At the end of DATA: relays the message; the answer is what the peer gets.
    async fn message(&self, received: Received<Self::Recipient>) -> Result<Reply, Refusal>;
}
