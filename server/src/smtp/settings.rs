//! Settings of the receiver. Each limit keeps one client from using everything up.

use std::time::Duration;

use crate::config::{ConnectionLimits, Networks};

/// Limits and name of the receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The name in the greeting and in the reply to EHLO (RFC 5321 §4.2, §4.1.1.1).
    pub hostname: String,
    /// The largest message in octets, with CRLF and without stuffed dots. It is announced as SIZE (RFC 1870).
    pub max_message_bytes: usize,
    /// The longest line of a message in octets as sent, with CRLF. RFC 5321 §4.5.3.1.6 says 1000, but real mail exceeds it.
    pub max_line_bytes: usize,
    /// Whether deliveries can honour REQUIRETLS. Only then is it announced (RFC 8689 §2).
    pub require_tls: bool,
    /// Most connections at a time.
    pub connections: ConnectionLimits,
    /// The clients to which the limits for one client do not apply.
    pub unlimited_clients: Networks,
    /// Mail servers in front, which may name their clients with XFORWARD.
    pub xforward_clients: Networks,
    /// Proxies in front, whose connections begin with a header of the PROXY protocol.
    pub proxy_protocol_clients: Networks,
    /// Most unknown recipients that one IPv4 address or IPv6 /64 may name in an hour over all sessions; 0 means no limit.
    /// Replies to RCPT are slow from a quarter of it on, and 421 above it.
    pub max_refused_per_client: u32,
    /// The same limit for an IPv4 /24 or IPv6 /48.
    pub max_refused_per_network: u32,
    /// The longest pause before such a slow reply. It is below the five minutes that a client waits (RFC 5321 §4.5.3.2.3).
    pub slowest_answer: Duration,
    /// The longest time for one line to arrive, and for one reply to be taken (RFC 5321 §4.5.3.2.7: five minutes). Before
    /// the first command it is at most one minute. It shrinks when more than half of the connections are taken.
    pub idle_timeout: Duration,
    /// The longest time from the greeting, or the end of the last message, to the end of a message. It limits clients that
    /// send one octet a minute.
    pub transaction_timeout: Duration,
    /// The longest time for the pipeline to decide on one recipient or message. After it the client is told to try again.
    pub pipeline_timeout: Duration,
    /// The longest time for messages in progress to finish after the receiver is told to stop.
    pub stop_timeout: Duration,
    /// Most permanent refusals in one session. One more closes it.
    pub max_errors: usize,
    /// Memory for all messages in progress, in octets. Each reserves as many times its own octets as the pipeline says, for
    /// all that is made of it until it is in the queue. The first 64 KiB of each message are free.
    pub buffer_budget_bytes: usize,
}

impl Settings {
    /// The default settings with the given name.
    pub fn new(hostname: impl Into<String>) -> Self {
        Self {
            hostname: hostname.into(),
            max_message_bytes: 50 << 20,
            max_line_bytes: 1 << 20,
            require_tls: true,
            connections: ConnectionLimits::SMTP,
            unlimited_clients: Networks::this_machine(),
            xforward_clients: Networks::default(),
            proxy_protocol_clients: Networks::default(),
            max_refused_per_client: 200,
            max_refused_per_network: 1000,
            slowest_answer: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(5 * 60),
            transaction_timeout: Duration::from_secs(30 * 60),
            pipeline_timeout: Duration::from_secs(5 * 60),
            stop_timeout: Duration::from_secs(30),
            max_errors: 20,
            buffer_budget_bytes: 512 << 20,
        }
    }
}
