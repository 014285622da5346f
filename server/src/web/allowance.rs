//! Enforces the operator's limits on the mailboxes and aliases of an account.

use app::api::ApiError;

use super::{Site, fault::fault};
use crate::{limits::attempts::new_aliases, store::AccountId};

impl Site {
    /// Returns [`ApiError::LimitReached`] if the account has as many mailboxes as allowed.
    pub(super) async fn admit_mailbox(&self, account: AccountId) -> Result<(), ApiError> {
        let had = self.store.count_mailboxes(account).await.map_err(fault)?;
        below(had, self.allowance.mailboxes)
    }

    /// Returns [`ApiError::LimitReached`] if the account has as many aliases as allowed, or
    /// [`ApiError::TooManyAttempts`] if it has created as many as allowed for now.
    pub(super) async fn admit_alias(&self, account: AccountId) -> Result<(), ApiError> {
        let had = self.store.count_account_aliases(account).await.map_err(fault)?;
        below(had, self.allowance.aliases)?;
        let limit = new_aliases(self.allowance.aliases_per_hour);
        self.admit(&limit, &account.0.to_be_bytes()).await
    }
}

fn below(had: u64, most: u64) -> Result<(), ApiError> {
    match had < most {
        true => Ok(()),
        false => Err(ApiError::LimitReached { most }),
    }
}
