//! Defines the settings that limit accounts, new contacts, deliveries and the SMTP receiver.

use std::time::Duration;

use app::api::administration::AccountLimits;

use super::{Fault, raw::Raw};
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
    /// Most replies from its aliases within an hour.
    pub replies_per_hour: u32,
}

impl Allowance {
    /// Returns the limits of an account that has none of its own.
    pub(super) fn of(raw: &Raw) -> Self {
        Self {
            mailboxes: raw.max_mailboxes,
            aliases: raw.max_aliases,
            aliases_per_hour: raw.max_aliases_per_hour,
            messages_per_hour: raw.max_messages_per_hour,
            replies_per_hour: raw.max_replies_per_hour,
        }
    }

    /// Returns the limits of an account, of which some may be its own.
    pub fn with(self, own: AccountLimits) -> Self {
        Self {
            mailboxes: own.mailboxes.map_or(self.mailboxes, u64::from),
            aliases: own.aliases.map_or(self.aliases, u64::from),
            aliases_per_hour: self.aliases_per_hour,
            messages_per_hour: own.messages_per_hour.unwrap_or(self.messages_per_hour),
            replies_per_hour: own.replies_per_hour.unwrap_or(self.replies_per_hour),
        }
    }
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

/// Most connections at a time to one listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// In total. Each takes a file descriptor and up to 100 KB of memory.
    pub total: usize,
    /// From one IPv4 address or IPv6 /64.
    pub per_client: usize,
    /// From one IPv4 /24 or IPv6 /48.
    pub per_network: usize,
}

impl ConnectionLimits {
    /// The default for SMTP. Large providers open 20 from one address, and send from many addresses of a network.
    pub const SMTP: Self = Self {
        total: 1024,
        per_client: 50,
        per_network: 200,
    };
    /// The default for the web. A browser opens six, and an office may have one address.
    pub const WEB: Self = Self {
        total: 1024,
        per_client: 64,
        per_network: 256,
    };
    /// For the metrics page, which a few programs read.
    pub const METRICS: Self = Self {
        total: 32,
        per_client: 32,
        per_network: 32,
    };

    /// For the plain web beside one with TLS, which answers a CA and redirects everybody else.
    pub const REDIRECTS: Self = Self {
        total: 128,
        per_client: 16,
        per_network: 64,
    };

    pub(super) fn of_the_web(raw: &Raw) -> Self {
        Self {
            total: raw.max_web_connections,
            per_client: raw.max_web_connections_per_ip,
            per_network: raw.max_web_connections_per_network,
        }
    }
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
    pub connections: ConnectionLimits,
    /// Most unknown recipients within an hour, from one address and from one network.
    pub refused: (u32, u32),
    /// The longest time without a line from the client.
    pub idle: Duration,
    /// Memory for all messages in progress, in octets, with all that is made of them until they are in the queue.
    pub buffer: usize,
}

impl SmtpLimits {
    pub(super) fn of(raw: &Raw) -> Result<Self, Fault> {
        // A reply reserves so much, see `crate::router`.
        if raw.buffer_mib < raw.max_message_mib.saturating_mul(8) {
            return Err(Fault::Buffer);
        }
        Ok(Self {
            message: raw.max_message_mib << 20,
            line: raw.max_line_kib << 10,
            structure: structure::Limits {
                header_octets: raw.max_header_kib << 10,
                header_fields: raw.max_header_fields,
                depth: raw.max_mime_depth,
                parts: raw.max_mime_parts,
                boundary_octets: raw.max_boundary,
            },
            connections: ConnectionLimits {
                total: raw.max_connections,
                per_client: raw.max_connections_per_ip,
                per_network: raw.max_connections_per_network,
            },
            refused: (raw.max_refused_per_client, raw.max_refused_per_network),
            idle: Duration::from_secs(raw.idle_seconds),
            buffer: raw.buffer_mib << 20,
        })
    }
}
