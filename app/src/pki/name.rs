//! For whom a chain is made, and which names it may certify.

use serde::{Deserialize, Serialize};

use crate::address::EmailAddress;

/// What both sides know before the exchange; subjects and name constraints follow from it and from nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The mailbox: subject and rfc822Name of the user certificate, and the first permitted name.
    pub mailbox: EmailAddress,
    /// The relay's domain: every address under it is permitted, for the correspondents.
    pub relay_domain: String,
}
