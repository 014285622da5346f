//! The settings that bound something: what one account may have, how many new contacts strangers may make, and how much the SMTP
//! receiver takes at once.

use std::time::Duration;

use crate::mail::structure;

/// How much one account may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Mailboxes.
    pub mailboxes: u64,
    /// Aliases.
    pub aliases: u64,
    /// New aliases within an hour.
    pub aliases_per_hour: u32,
    /// Messages to its aliases within an hour.
    pub messages_per_hour: u32,
    /// Replies from its aliases within an hour, each counted for every contact that it goes to.
    pub replies_per_hour: u32,
}

/// How many new contacts strangers may make within an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewContactLimits {
    /// From one client: an IPv4 address, or the /64 of an IPv6 address.
    pub per_client: u32,
    /// Of one alias.
    pub per_alias: u32,
    /// Of all aliases of one account.
    pub per_account: u32,
}

/// How many messages are handed over at once.
#[derive(Clone, Copy, Debug)]
pub struct Lanes {
    /// In all.
    pub total: usize,
    /// To one domain: providers refuse who comes with more.
    pub per_domain: usize,
}

/// Bounds of the SMTP receiver.
#[derive(Clone, Copy, Debug)]
pub struct SmtpLimits {
    /// Largest message, octets.
    pub message: usize,
    /// Longest line of a message, octets.
    pub line: usize,
    /// How large the structure of a message may be.
    pub structure: structure::Limits,
    /// Most connections at once.
    pub connections: usize,
    /// Most connections at once from one address.
    pub connections_per_ip: usize,
    /// Most recipients an hour that are not here, from one address and from one network.
    pub refused: (u32, u32),
    /// Time without a line from the client before the connection is closed.
    pub idle: Duration,
    /// Memory for all messages in flight, octets.
    pub buffer: usize,
}
