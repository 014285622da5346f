//! Every SMTP answer, named once: code, enhanced code, public text. What the log learns is apart from what the peer learns.

use std::fmt;

/// An answer of one line (RFC 5321 §4.2, RFC 2034).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Three digits of RFC 5321 §4.2.
    pub code: u16,
    /// Enhanced status code of RFC 3463; empty where RFC 2034 §4 wants none.
    pub enhanced: &'static str,
    /// Text for the peer: never a name, a cause or a setting.
    pub text: &'static str,
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.enhanced.is_empty() {
            write!(f, "{} {}", self.code, self.text)
        } else {
            write!(f, "{} {} {}", self.code, self.enhanced, self.text)
        }
    }
}

const fn reply(code: u16, enhanced: &'static str, text: &'static str) -> Reply {
    Reply { code, enhanced, text }
}

/// The message was relayed.
pub const ACCEPTED: Reply = reply(250, "2.0.0", "Message relayed");
/// Unknown, disabled and deleted aliases alike (DESIGN §6).
pub const NO_SUCH_ALIAS: Reply = reply(550, "5.1.1", "No such recipient here");
/// A domain that is not the relay's.
pub const NOT_HERE: Reply = reply(550, "5.7.1", "Relaying is not permitted");
/// The mailbox's kill switch.
pub const KILL_SWITCH: Reply = reply(550, "5.7.1", "The recipient takes no mail at present");
/// One transaction serves one mailbox; the sender comes back for the next (DESIGN §6).
pub const ONE_MAILBOX: Reply = reply(
    452,
    "4.5.3",
    "One mailbox in a transaction, please send again for this one",
);
/// More recipients than the setting allows.
pub const TOO_MANY_RECIPIENTS: Reply = reply(452, "4.5.3", "Too many recipients");
/// Announced or real size over the limit.
pub const TOO_LARGE: Reply = reply(552, "5.3.4", "Message too large");
/// Too many Received fields (RFC 5321 §6.3).
pub const LOOP: Reply = reply(554, "5.4.6", "Routing loop detected");
/// Sealing, storing or handing over failed: the sender keeps the message.
pub const TRY_AGAIN: Reply = reply(451, "4.3.0", "Temporary failure, please try again later");
/// Not enough room for the message now.
pub const NO_ROOM: Reply = reply(452, "4.3.1", "Insufficient resources, please try again later");
/// Not a message that could be relayed.
pub const MALFORMED: Reply = reply(554, "5.6.0", "Message is malformed");

/// Why a stage stops a message: the answer for the peer, the reason for the log, and the private cause.
#[derive(Debug)]
pub struct Refusal {
    /// What the peer reads.
    pub reply: Reply,
    /// A stable word for log and metrics.
    pub reason: &'static str,
    /// What lies below, for the log only.
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Refusal {
    /// A refusal that follows from policy, without a fault below.
    pub const fn new(reply: Reply, reason: &'static str) -> Self {
        Self {
            reply,
            reason,
            cause: None,
        }
    }

    /// A refusal because something below failed.
    pub fn because(
        reply: Reply,
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
