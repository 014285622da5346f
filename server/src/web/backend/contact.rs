//! Lists and blocks the contacts of an alias.

use app::{
    api::{
        ApiError,
        contact::{ContactBackend, ContactPage, ContactView},
    },
    id::{AliasId, ContactId},
};
use async_trait::async_trait;

use super::{super::fault::fault, RequestBackend, correspondence::own, found};
use crate::store::contact::ListedContact;

/// Contacts on one page.
const ON_ONE_PAGE: u64 = 15;

#[async_trait]
impl ContactBackend for RequestBackend {
    async fn contacts(&self, alias: AliasId, page: u32) -> Result<ContactPage, ApiError> {
        let account = self.account()?;
        own(self, alias).await?;
        let page = page.max(1);
        let before = u64::from(page - 1) * ON_ONE_PAGE;
        // One more contact than the page shows tells whether there are others.
        let listed = self.site.store.contacts(account, alias, before, ON_ONE_PAGE + 1).await;
        let mut contacts: Vec<_> = listed.map_err(fault)?.into_iter().map(view).collect();
        let most = usize::try_from(ON_ONE_PAGE).unwrap_or(usize::MAX);
        let more = contacts.len() > most;
        contacts.truncate(most);
        Ok(ContactPage { contacts, page, more })
    }

    async fn set_contact_blocked(&self, alias: AliasId, contact: ContactId, blocked: bool) -> Result<(), ApiError> {
        let account = self.account()?;
        let since = blocked.then(|| self.site.clock.now());
        let set = self
            .site
            .store
            .set_contact_blocked(account, alias, contact, since)
            .await;
        found(set.map_err(fault)?)
    }
}

fn view(contact: ListedContact) -> ContactView {
    ContactView {
        id: contact.id,
        address: contact.address,
        relay_address: contact.relay_address,
        last_used: contact.last_used,
        blocked: contact.blocked,
    }
}
