//! Writes the relay's own mail to a person: codes, test messages, reminders, failure reports, started threads, new aliases.
//!
//! Each message is sealed like inbound mail if a profile is active, signed with DKIM, and queued. If it is about an
//! alias, it comes from a contact like any other sender (`outlet::Content::Told`). Otherwise it comes from `sealpost@`
//! the main domain (`outlet::Content::Notice`). Some may be sent unencrypted:
//!
//! | notice | unencrypted? |
//! | --- | --- |
//! | [`delivery_failure`]: a reply could not be delivered | if policy permits it, and then without the reply, which may have been encrypted; otherwise only the activity page shows it |
//! | [`new_alias`]: the alias that a message to `new@` requested | if policy permits it; otherwise the request is refused |
//! | [`letter`]: a code for a new password, a warning about wrong passwords, or word of somebody who typed the address | if policy permits it; otherwise it is not sent |
//! | [`started_thread`]: "Start Email Thread" | if policy permits it; From is still the relay address, because an answer to the recipient's own address would bypass the relay |
//! | [`expiry_reminder`]: a profile expires | never |
//! | [`test_message`], with a code if the profile is not active | never; it is sealed with the profile of the page, active or not |
//!
//! A reminder and the record that it was sent are stored in one transaction, so that it is neither lost nor sent twice.
//! Its Subject stands outside the seal and reveals nothing.
//!
//! A test message has a return path like all mail. It is on no activity page, and no failure report is sent. The worker
//! and the reporter record its state. The keyed hash of its code is stored with the message.
//!
//! A started thread is marked `Auto-Submitted`, so that no vacation notice goes to the recipient. Codes that verify a
//! mailbox do not pass through here, because they come before any profile.

pub mod delivery_failure;
pub mod expiry_reminder;
pub mod letter;
pub mod new_alias;
pub mod started_thread;
pub mod test_message;

use std::sync::Arc;

use app::address::EmailAddress;

use crate::{
    clock::Clock,
    domains::Domains,
    letters::{self, WriteError},
    outlet::Outlet,
    queue::Queue,
    refusal::{Reason, Refusal},
    sealing::Sealing,
    store::{Store, route::Route},
};

/// The local part that the relay's notices come from. No alias has it.
const SENDER: &str = "sealpost";

/// Sends the relay's own messages to people.
pub struct Notices {
    /// The database: aliases, contacts, profiles.
    pub store: Store,
    /// Seals messages, or sends them unencrypted with a permit.
    pub outlet: Arc<Outlet>,
    /// The queue that every outgoing message goes through.
    pub queue: Arc<Queue>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The relay's domains.
    pub domains: Arc<Domains>,
}

impl Notices {
    fn sealing(&self) -> &Sealing {
        &self.outlet.sealing
    }

    /// Builds an address of the relay itself, under its main domain.
    fn own_address(&self, local: &str) -> Result<EmailAddress, Refusal> {
        let address = self.domains.address(local, "");
        address.map_err(|error| Refusal::because(Reason::OwnAddress, error))
    }

    fn alias_address(&self, route: &Route) -> Result<EmailAddress, Refusal> {
        let address = self.domains.address(&route.local, &route.domain);
        address.map_err(|error| Refusal::because(Reason::Alias, error))
    }

    fn id(&self) -> Result<String, getrandom::Error> {
        letters::random_id(self.domains.main())
    }
}

impl From<WriteError> for Refusal {
    fn from(error: WriteError) -> Self {
        Self::because(Reason::Written, error)
    }
}
