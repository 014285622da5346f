//! Writes the relay's own mail to a person: codes, test messages, reminders, failure reports, started threads, new aliases.
//!
//! Each is sealed like inbound mail if a profile is active, signed with DKIM, and goes through the queue. What belongs to an alias comes
//! from a contact like any other sender (`outlet::Content::Told`); what belongs to none comes from `sealpost@` the main domain
//! (`outlet::Content::Notice`). In the clear:
//!
//! | notice | in the clear? |
//! | --- | --- |
//! | [`delivery_failure`]: a reply could not be delivered | if policy relays mail in the clear, and then without the reply, which may have come encrypted; else the activity page is all |
//! | [`new_alias`]: the alias that `new@` was asked for | if policy relays mail in the clear; else the wish is refused |
//! | [`letter`]: a code for a new password, a warning about wrong passwords, word of somebody who typed the address | if policy relays mail in the clear; else not sent |
//! | [`started_thread`]: "Start Email Thread" | if policy relays mail in the clear; then From is the relay address all the same, as an answer to the recipient's own would go around the relay |
//! | [`expiry_reminder`]: a profile ends | never |
//! | [`test_message`], with a code if the profile is not active | never; sealed with the profile of the page, active or not |
//!
//! A reminder and the note that it was sent are stored in one transaction, so that it is neither lost nor sent twice. Its Subject
//! stands outside the seal and says nothing. A test message has a return path like mail, is on no activity page, and nobody is
//! reported to: the worker and the reporter write its state down. The keyed hash of its code is stored with the message. A started
//! thread is marked `Auto-Submitted`, so that a vacation notice does not answer it to the recipient. Codes that verify a mailbox
//! go past all this: they are what makes it one, and no profile is there yet.

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
    refusal::Refusal,
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
        address.map_err(|error| Refusal::later("own_address", error))
    }

    fn alias_address(&self, route: &Route) -> Result<EmailAddress, Refusal> {
        let address = self.domains.address(&route.local, &route.domain);
        address.map_err(|error| Refusal::later("alias", error))
    }

    fn id(&self) -> Result<String, getrandom::Error> {
        letters::random_id(self.domains.main())
    }
}

impl From<WriteError> for Refusal {
    fn from(error: WriteError) -> Self {
        Self::later("written", error)
    }
}
