//! Enforces the operator's limits on the mailboxes and aliases of an account.

use app::api::ApiError;

use super::{Site, fault::fault};
use crate::{config::Allowance, limits::attempts::new_aliases, store::AccountId};

impl Site {
    /// Returns the limits of an account.
    pub(super) async fn allowance_of(&self, account: AccountId) -> Result<Allowance, ApiError> {
        let own = self.store.account_limits(account).await.map_err(fault)?;
        Ok(self.allowance.with(own))
    }

    /// Returns [`ApiError::LimitReached`] if the account has as many mailboxes as allowed.
    pub(super) async fn admit_mailbox(&self, account: AccountId) -> Result<(), ApiError> {
        let had = self.store.count_mailboxes(account).await.map_err(fault)?;
        below(had, self.allowance_of(account).await?.mailboxes)
    }

    /// Returns [`ApiError::LimitReached`] if the account has as many aliases as allowed, or
    /// [`ApiError::TooManyAttempts`] if it has created as many as allowed for now.
    pub(super) async fn admit_alias(&self, account: AccountId) -> Result<(), ApiError> {
        let had = self.store.count_account_aliases(account).await.map_err(fault)?;
        let allowance = self.allowance_of(account).await?;
        below(had, allowance.aliases)?;
        let limit = new_aliases(allowance.aliases_per_hour);
        self.admit(&limit, &account.0.to_be_bytes()).await
    }
}

fn below(had: u64, most: u64) -> Result<(), ApiError> {
    match had < most {
        true => Ok(()),
        false => Err(ApiError::LimitReached { most }),
    }
}
