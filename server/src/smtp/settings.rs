//! Settings of the receiver. Each bound keeps one peer from taking everything.

use std::time::Duration;

use crate::config::UnlimitedClients;

/// Bounds and name of the receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The name in the greeting and in the answer to EHLO (RFC 5321 §4.2, §4.1.1.1).
    pub hostname: String,
    /// The largest message, in octets with CRLF and without stuffed dots; announced as SIZE (RFC 1870).
    pub max_message_bytes: usize,
    /// The longest line of a message, in octets as sent, with CRLF. RFC 5321 §4.5.3.1.6 says 1000; real mail does not keep to it.
    pub max_line_bytes: usize,
    /// Connections at a time.
    pub max_connections: usize,
    /// Connections at a time from one IPv4 address or one IPv6 /64.
    pub max_connections_per_ip: usize,
    /// Who is not bounded by these as one client.
    pub unlimited_clients: UnlimitedClients,
    /// Recipients that are not here and that one IPv4 address or IPv6 /64 may name in an hour, over all sessions; 0: any number.
    /// From a quarter of it on answers to RCPT are slow, above it they are 421.
    pub max_refused_per_client: u32,
    /// The same for an IPv4 /24 or IPv6 /48.
    pub max_refused_per_network: u32,
    /// How long the slowest of these answers takes. Below the five minutes that a client waits (RFC 5321 §4.5.3.2.3).
    pub slowest_answer: Duration,
    /// How long one line may take to arrive, and one answer to be taken (RFC 5321 §4.5.3.2.7: five minutes). Before the
    /// first command it is a minute at most.
    pub idle_timeout: Duration,
    /// From the greeting, or the end of the message before, to the end of a message. Bounds those who send a byte a minute.
    pub transaction_timeout: Duration,
    /// How long the pipeline may think about one recipient or one message before the peer is told to come back.
    pub gate_timeout: Duration,
    /// How long messages on their way may take to finish once the receiver is told to stop.
    pub stop_timeout: Duration,
    /// Permanent refusals in one session; one more closes it.
    pub max_errors: usize,
    /// Memory for all messages on their way together, in octets; the first 64 KiB of each message are free.
    pub buffer_budget_bytes: usize,
}

impl Settings {
    /// The defaults, under the given name.
    pub fn new(hostname: impl Into<String>) -> Self {
        Self {
            hostname: hostname.into(),
            max_message_bytes: 50 << 20,
            max_line_bytes: 1 << 20,
            max_connections: 512,
            max_connections_per_ip: 50,
            unlimited_clients: UnlimitedClients::default(),
            max_refused_per_client: 200,
            max_refused_per_network: 1000,
            slowest_answer: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(5 * 60),
            transaction_timeout: Duration::from_secs(30 * 60),
            gate_timeout: Duration::from_secs(5 * 60),
            stop_timeout: Duration::from_secs(30),
            max_errors: 20,
            buffer_budget_bytes: 512 << 20,
        }
    }
}
