//! Defines the settings that limit accounts, new contacts, deliveries and the SMTP receiver.

use std::time::Duration;

use crate::mail::structure;

/// The limits of one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Most mailboxes.
    pub mailboxes: u64,
    /// Most aliases.
    pub aliases: u64,
    /// Most new aliases within an hour.
    pub aliases_per_hour: u32,
    /// Most messages to its aliases within an hour.
    pub messages_per_hour: u32,
    /// Most replies from its aliases within an hour, counted once for each recipient.
    pub replies_per_hour: u32,
}

/// Most new contacts that outside senders may create within an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewContactLimits {
    /// For one client: an IPv4 address, or the /64 of an IPv6 address.
    pub per_client: u32,
    /// For one alias.
    pub per_alias: u32,
    /// For all aliases of one account.
    pub per_account: u32,
}

/// How many messages are delivered at a time.
#[derive(Clone, Copy, Debug)]
pub struct Lanes {
    /// In total.
    pub total: usize,
    /// To one domain, because providers refuse clients that open more connections.
    pub per_domain: usize,
}

/// The limits of the SMTP receiver.
#[derive(Clone, Copy, Debug)]
pub struct SmtpLimits {
    /// The largest message, in octets.
    pub message: usize,
    /// The longest line of a message, in octets.
    pub line: usize,
    /// The limits of a message's MIME structure.
    pub structure: structure::Limits,
    /// Most connections at a time.
    pub connections: usize,
    /// Most connections at a time from one address.
    pub connections_per_ip: usize,
    /// Most unknown recipients within an hour, from one address and from one network.
    pub refused: (u32, u32),
    /// The longest time without a line from the client.
    pub idle: Duration,
    /// Memory for all messages in progress, in octets.
    pub buffer: usize,
}
