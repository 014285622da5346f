//! Keeps what a message from a known sender needs to be read of the database.
//!
//! Nothing that would let a message go in the clear is kept: a route without an active profile, or without a kill switch, is read
//! each time.

use std::{collections::BTreeSet, sync::Arc};

use app::{
    address::EmailAddress,
    api::administration::AccountLimits,
    id::{AliasId, MailboxId},
};

use super::{
    AccountId,
    cache::Cache,
    changes::Changes,
    live_settings::LiveSettings,
    route::{Contact, Route},
};

/// Aliases whose routes are kept, of some 8 KiB each with the profile's certificates.
const MOST_ROUTES: usize = 5_000;
/// Small facts that are kept of each kind, of some 200 octets each.
const MOST_FACTS: usize = 50_000;

/// The caches of the store.
pub(super) struct Cached {
    /// Routes to mailboxes with an active profile and a kill switch, by local part and stored domain.
    pub routes: Cache<(String, String), Arc<Route>>,
    /// Contacts that are not dormant, by their folded addresses.
    pub contacts: Cache<(AliasId, String), Contact>,
    /// Senders, by their folded addresses, none of whom the alias blocks.
    pub admitted: Cache<(AliasId, BTreeSet<String>), ()>,
    /// The owners of mailboxes.
    pub accounts: Cache<MailboxId, AccountId>,
    /// The limits of accounts.
    pub limits: Cache<AccountId, AccountLimits>,
    /// The settings of administrators, of which there is one row of facts.
    pub live_settings: Cache<(), Arc<LiveSettings>>,
    /// The addresses of the verified mailboxes of a mailbox's owner.
    pub own_addresses: Cache<MailboxId, Arc<[EmailAddress]>>,
}

impl Cached {
    pub fn new(changes: &Arc<Changes>) -> Self {
        Self {
            routes: Cache::new(Arc::clone(changes), MOST_ROUTES),
            contacts: Cache::new(Arc::clone(changes), MOST_FACTS),
            admitted: Cache::new(Arc::clone(changes), MOST_FACTS),
            accounts: Cache::new(Arc::clone(changes), MOST_FACTS),
            limits: Cache::new(Arc::clone(changes), MOST_FACTS),
            live_settings: Cache::new(Arc::clone(changes), 1),
            own_addresses: Cache::new(Arc::clone(changes), MOST_ROUTES),
        }
    }
}
