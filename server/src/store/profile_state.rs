//! Changes the state of profiles, each change in one transaction.
//!
//! [`app::profile`] decides which changes are legal. Activation is in [`super::activation`].

use app::{
    id::ProfileId,
    pki::chain::Chain,
    profile::{ActivationFault, KeyEvidence, ProfileAction, ProfileState},
};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};
use time::OffsetDateTime;

use super::{
    AccountId, Store, StoreError,
    entity::{mailbox, profile},
    profile::evidence,
    stored::{mailboxes_of, read_state, state_text},
};

/// The outcome of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Done.
    Done,
    /// The account has no such profile.
    NotFound,
    /// The profile's state does not allow it.
    NotAllowed,
    /// The evidence that the person has the key is not sufficient.
    Declined(ActivationFault),
}

impl Store {
    /// Stores the chain of an issued profile, which becomes `ready`.
    pub async fn complete_profile(
        &self,
        account: AccountId,
        id: ProfileId,
        chain: &Chain,
        now: OffsetDateTime,
    ) -> Result<Change, StoreError> {
        let transaction = self.write().await?;
        let Some(target) = Target::lock(&transaction, account, id, now).await? else {
            return Ok(Change::NotFound);
        };
        let Some(state) = target.state.after(ProfileAction::Complete) else {
            return Ok(Change::NotAllowed);
        };
        profile::Entity::update_many()
            .col_expr(profile::Column::Root, Expr::value(chain.root().der().to_vec()))
            .col_expr(
                profile::Column::Intermediate,
                Expr::value(chain.intermediate().der().to_vec()),
            )
            .col_expr(profile::Column::State, Expr::value(state_text(state)))
            .filter(profile::Column::Id.eq(id.0))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(Change::Done)
    }

    /// Deactivates a profile.
    pub async fn deactivate_profile(
        &self,
        account: AccountId,
        id: ProfileId,
        now: OffsetDateTime,
    ) -> Result<Change, StoreError> {
        let transaction = self.write().await?;
        let Some(target) = Target::lock(&transaction, account, id, now).await? else {
            return Ok(Change::NotFound);
        };
        let Some(state) = target.state.after(ProfileAction::Deactivate) else {
            return Ok(Change::NotAllowed);
        };
        set_state(&transaction, id, state).await?;
        transaction.commit().await?;
        Ok(Change::Done)
    }

    /// Deletes a profile in any state, with its key and its contact keys and certificates. They are removed from the
    /// rows and, with SQLite, from the files. Returns `false` if the account has no such profile.
    pub async fn delete_profile(&self, account: AccountId, id: ProfileId) -> Result<bool, StoreError> {
        let owned = profile::Entity::find_by_id(id.0)
            .filter(profile::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .select_only()
            .column(profile::Column::Id)
            .into_tuple::<i64>();
        // Even a statement that deletes nothing would clear what is cached.
        if owned.one(&self.db).await?.is_none() {
            return Ok(false);
        }
        let deleted = profile::Entity::delete_many()
            .filter(profile::Column::Id.eq(id.0))
            .filter(profile::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .exec(&self.db)
            .await?;
        if deleted.rows_affected > 0 {
            self.scrub().await;
        }
        Ok(deleted.rows_affected == 1)
    }
}

/// The profile to change, its current state, and the evidence for its key.
pub(super) struct Target {
    pub mailbox: i64,
    pub state: ProfileState,
    pub evidence: KeyEvidence,
}

impl Target {
    /// Looks the profile up and locks its mailbox, so that changes to the profiles of one mailbox happen one after
    /// another.
    pub async fn lock(
        db: &DatabaseTransaction,
        account: AccountId,
        id: ProfileId,
        now: OffsetDateTime,
    ) -> Result<Option<Self>, StoreError> {
        let mailbox: Option<i64> = profile::Entity::find_by_id(id.0)
            .select_only()
            .column(profile::Column::MailboxId)
            .into_tuple()
            .one(db)
            .await?;
        let Some(mailbox) = mailbox else { return Ok(None) };
        let owned = mailbox::Entity::find_by_id(mailbox)
            .filter(mailbox::Column::AccountId.eq(account.0))
            .lock_exclusive()
            .one(db)
            .await?;
        if owned.is_none() {
            return Ok(None);
        }
        // Read after locking, because another change may have come first.
        let Some(row) = profile::Entity::find_by_id(id.0).one(db).await? else {
            return Ok(None);
        };
        let ended = now.unix_timestamp() > row.not_after;
        Ok(Some(Self {
            mailbox,
            state: read_state(&row.state)?.at(ended),
            evidence: evidence(&row)?,
        }))
    }
}

pub(super) async fn set_state(db: &DatabaseTransaction, id: ProfileId, state: ProfileState) -> Result<(), StoreError> {
    profile::Entity::update_many()
        .col_expr(profile::Column::State, Expr::value(state_text(state)))
        .filter(profile::Column::Id.eq(id.0))
        .exec(db)
        .await?;
    Ok(())
}
