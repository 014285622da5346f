//! Mail that the relay itself writes to a person: codes, test messages, reminders, failure reports, started threads, new aliases.
//!
//! Each is sealed like inbound mail if a profile is active. Which of them may go unencrypted otherwise, and when, is decided by
//! [`crate::policy`].

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

/// Local part of the address that the relay's notices are from; no alias has it.
const SENDER: &str = "sealpost";

/// Writes to people.
pub struct Notices {
    /// Aliases, contacts, profiles.
    pub store: Store,
    /// Seals, or sends in the clear by permit.
    pub outlet: Arc<Outlet>,
    /// Where all that leaves goes.
    pub queue: Arc<Queue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The relay's domains.
    pub domains: Arc<Domains>,
}

impl Notices {
    fn sealing(&self) -> &Sealing {
        &self.outlet.sealing
    }

    /// An address of the relay itself, under its main domain.
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
