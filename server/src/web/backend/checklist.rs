//! Says what a new account has still to do.

use app::api::{
    ApiError,
    checklist::{ChecklistBackend, Progress},
};
use async_trait::async_trait;

use super::{super::fault::fault, RequestBackend, mailbox::unsealed};

#[async_trait]
impl ChecklistBackend for RequestBackend {
    async fn checklist(&self) -> Result<Option<Progress>, ApiError> {
        let account = self.account()?;
        let store = &self.site.store;
        if store.is_set_up(account).await.map_err(fault)? {
            return Ok(None);
        }
        let mailboxes = store.mailboxes(account).await.map_err(fault)?;
        let profiles = store.profiles(account).await.map_err(fault)?;
        let now = self.site.clock.now();
        let verified: Vec<_> = mailboxes.iter().filter(|mailbox| mailbox.verified).collect();
        let mut states = verified.iter().map(|mailbox| unsealed(mailbox, &profiles, now));
        let checklist = Progress {
            confirmed: !verified.is_empty(),
            encrypted: states.clone().any(|state| state.is_none()),
            mend: states.next().flatten(),
            alias: store.newest_alias(account).await.map_err(fault)?,
            tested: store.is_alias_used(account).await.map_err(fault)?,
        };
        if checklist.is_finished() {
            store.note_set_up(account).await.map_err(fault)?;
            return Ok(None);
        }
        Ok(Some(checklist))
    }

    async fn hide_checklist(&self) -> Result<(), ApiError> {
        self.site.store.note_set_up(self.account()?).await.map_err(fault)
    }
}
