//! Makes the contact of a new sender, counts it, and stores its certificate, in one transaction.

use app::{
    address::{EmailAddress, OutsideAddress},
    id::{AliasId, ContactId, ProfileId},
};
use time::OffsetDateTime;

use super::{
    Store, StoreError,
    alias::take_local,
    attempt::{self, Budget},
    route::{Contact, ContactCertificate, find_contact, insert_certificate, insert_contact},
};

/// The outcome of [`Store::add_contact`].
pub enum Added {
    /// The contact was made, and its certificate was stored.
    New(Contact),
    /// Another message of the same sender was quicker. Nothing was stored.
    Known(Contact),
    /// There are as many new contacts as allowed. Nothing was stored.
    TooMany,
}

impl Store {
    /// Makes an alias's contact for an outside address, unless that is over one of the limits. `certify` gives its certificate,
    /// if it needs one now.
    ///
    /// [`StoreError::Taken`] if the relay address was given out before.
    pub async fn add_contact(
        &self,
        alias: AliasId,
        (address, relay_address): (&OutsideAddress, &EmailAddress),
        limits: &[Budget],
        certify: impl FnOnce(ContactId) -> Result<Option<(ProfileId, ContactCertificate)>, StoreError>,
        now: OffsetDateTime,
    ) -> Result<Added, StoreError> {
        let transaction = self.write_quietly().await?;
        for limit in limits {
            let counted = attempt::count(&transaction, &limit.key, 1, limit.window, now).await?;
            if counted.count > limit.most {
                transaction.rollback().await?;
                return Ok(Added::TooMany);
            }
        }
        let made = take_local(&transaction, relay_address.local()).await?
            && insert_contact(&transaction, alias, (address, relay_address), now).await?;
        if !made {
            transaction.rollback().await?;
            let known = self.known_contact(alias, address).await?;
            return known.map(Added::Known).ok_or(StoreError::Taken);
        }
        let contact = find_contact(&transaction, alias, address).await?;
        let contact = contact.ok_or(StoreError::Damaged("contact"))?;
        if let Some((profile, certificate)) = certify(contact.id)? {
            insert_certificate(&transaction, contact.id, profile, certificate).await?;
        }
        transaction.commit().await?;
        Ok(Added::New(contact))
    }
}
