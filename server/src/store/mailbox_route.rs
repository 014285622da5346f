//! Looks up the route for mail that the relay itself writes to a mailbox.

use std::sync::Arc;

use app::{address::EmailAddress, id::MailboxId};
use sea_orm::EntityTrait;

use super::{AccountId, Store, StoreError, entity::mailbox, route::ActiveProfile};

/// A verified mailbox.
pub struct MailboxRoute {
    /// Its address.
    pub address: EmailAddress,
    /// Whether mail is rejected while no profile is active.
    pub kill_switch: bool,
    /// Its profile in stored state `active`, whether past its end or not.
    pub active: Option<Arc<ActiveProfile>>,
}

impl Store {
    /// Returns the route to a verified mailbox for the relay's own mail.
    pub async fn mailbox_route(&self, id: MailboxId) -> Result<Option<MailboxRoute>, StoreError> {
        let Some((row, address)) = self.verified_mailbox(id.0).await? else {
            return Ok(None);
        };
        Ok(Some(MailboxRoute {
            active: self.active_profile(row.id, &address).await?,
            address,
            kill_switch: row.kill_switch,
        }))
    }

    /// Returns the owner of the mailbox.
    pub async fn account_of(&self, mailbox: MailboxId) -> Result<Option<AccountId>, StoreError> {
        let read = async || {
            let row = mailbox::Entity::find_by_id(mailbox.0).one(&self.db).await?;
            Ok::<_, StoreError>(row.map(|row| AccountId(row.account_id)))
        };
        self.cached.accounts.get(mailbox, read).await
    }
}
