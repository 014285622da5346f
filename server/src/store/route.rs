//! What the pipeline asks: where mail to an alias goes, who the contact is, and the contact's certificate.

use app::{
    address::EmailAddress,
    api::{account::MailboxId, alias::AliasId, profile::ProfileId},
    pki::{certificate::Certificate, chain::Chain},
};
use time::OffsetDateTime;

use super::{Store, StoreError};
use crate::vault::Wrapped;

/// Where mail to an enabled alias goes.
#[derive(Clone)]
pub struct Route {
    /// The alias.
    pub alias: AliasId,
    /// Its mailbox.
    pub mailbox: MailboxId,
    /// The mailbox's address, verified.
    pub address: EmailAddress,
    /// The setting.
    pub kill_switch: bool,
    /// The mailbox's profile in stored state `active`, whether past its end or not.
    pub active: Option<ActiveProfile>,
}

/// What sealing needs of a profile.
#[derive(Clone)]
pub struct ActiveProfile {
    /// The profile.
    pub id: ProfileId,
    /// Its chain.
    pub chain: Chain,
    /// The intermediate key, see [`crate::vault::Purpose::Intermediate`].
    pub intermediate: Wrapped,
}

/// Identifies a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContactId(pub i64);

/// One outside correspondent of one alias.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// What the person's mail client sees in From and answers to; stable.
    pub relay_address: EmailAddress,
}

/// The certificate made for a contact under a profile.
#[derive(Clone)]
pub struct Correspondent {
    /// The certificate.
    pub certificate: Certificate,
    /// Its key, see [`crate::vault::Purpose::Correspondent`].
    pub key: Wrapped,
}

impl Store {
    /// The route of an enabled alias of a verified mailbox, by the alias's local part (compared without case).
    pub async fn route(&self, local: &str) -> Result<Option<Route>, StoreError> {
        let _ = local;
        unimplemented!()
    }

    /// The contact of an alias for an outside address; made on first contact, with `relay_address` as its relay address
    /// (the stored one wins when there is one already, a race included).
    pub async fn contact(
        &self,
        alias: AliasId,
        correspondent: &EmailAddress,
        relay_address: &EmailAddress,
        now: OffsetDateTime,
    ) -> Result<Contact, StoreError> {
        let _ = (alias, correspondent, relay_address, now);
        unimplemented!()
    }

    /// The contact's certificate under a profile, if one was made.
    pub async fn correspondent(
        &self,
        contact: ContactId,
        profile: ProfileId,
    ) -> Result<Option<Correspondent>, StoreError> {
        let _ = (contact, profile);
        unimplemented!()
    }

    /// Stores a contact's certificate; the first one stored wins a race and is returned.
    pub async fn add_correspondent(
        &self,
        contact: ContactId,
        profile: ProfileId,
        correspondent: Correspondent,
    ) -> Result<Correspondent, StoreError> {
        let _ = (contact, profile, correspondent);
        unimplemented!()
    }
}
