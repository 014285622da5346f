//! Enforces the operator's limits on the mailboxes and aliases of an account.

use app::api::ApiError;

use super::{Site, fault::fault};
use crate::{limits::attempts::new_aliases, store::AccountId};

impl Site {
    /// [`ApiError::LimitReached`] if the account has as many mailboxes as it may.
    pub(super) async fn admit_mailbox(&self, account: AccountId) -> Result<(), ApiError> {
        let had = self.store.count_mailboxes(account).await.map_err(fault)?;
        below(had, self.allowance.mailboxes)
    }

    /// [`ApiError::LimitReached`] if the account has as many aliases as it may, [`ApiError::TooManyAttempts`] if it
    /// has taken as many as it may for now.
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
