//! The servers that are measured, and what all of them have in common.

use std::net::SocketAddr;

use crate::Failed;

/// A running server that takes mail, and hands it on to a next hop.
#[derive(Clone)]
pub struct Target {
    /// The address on which it takes mail.
    pub smtp: SocketAddr,
    /// The address to which it hands mail on.
    pub sink: SocketAddr,
    /// The process that it consists of, or that all its processes descend from.
    pub process: u32,
    /// The recipient's address.
    pub recipient: Recipient,
}

/// The recipient of the messages.
#[derive(Clone)]
pub enum Recipient {
    /// An alias of the relay.
    Alias(&'static str),
    /// Local part and domain of a mailbox, which take a mark after a plus sign.
    Tagged(&'static str, &'static str),
}

impl Target {
    /// The address that a message with this mark is sent to.
    pub fn recipient(&self, mark: &str) -> String {
        match self.recipient {
            Recipient::Alias(address) => address.to_owned(),
            Recipient::Tagged(local, domain) => format!("{local}+{mark}@{domain}"),
        }
    }
}

/// A server that runs until this value is dropped.
pub trait Running {
    /// Its addresses and its process.
    fn target(&self) -> &Target;
}

/// A server that can be started again and again, each time from the same state.
pub trait Peer {
    /// Its name in the tables.
    fn name(&self) -> &'static str;
    /// Starts it.
    fn start(&self) -> Result<Box<dyn Running>, Failed>;
}
