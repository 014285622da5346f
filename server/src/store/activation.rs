//! Activates a profile after its owner has shown that they have the key. A mailbox has at most one active profile.

use app::{
    id::ProfileId,
    profile::{ProfileAction, ProfileKind, ProfileState},
};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::Expr};
use time::OffsetDateTime;

use super::{
    AccountId, Store, StoreError,
    code::CodeHash,
    entity::{mailbox, profile},
    profile_state::{Change, Target, set_state},
    stored::{kind_text, mailboxes_of, state_text},
    test_code::{self, CodeMatch},
};

/// The outcome of trying a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestTry {
    /// The code was tried.
    Tried(CodeMatch),
    /// The profile cannot be activated, even with the right code.
    Refused(Change),
}

impl Store {
    /// Records that the key of one of the account's S/MIME profiles was exported. Returns `false` if there is no such
    /// profile, or if its chain is incomplete and its key cannot be exported yet.
    pub async fn note_export(
        &self,
        account: AccountId,
        id: ProfileId,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let noted = profile::Entity::update_many()
            .col_expr(profile::Column::ExportedAt, Expr::value(now.unix_timestamp()))
            .filter(profile::Column::Id.eq(id.0))
            .filter(profile::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .filter(profile::Column::Kind.eq(kind_text(ProfileKind::Smime)))
            .filter(profile::Column::State.ne(state_text(ProfileState::Issued)))
            .exec(&self.db)
            .await?;
        Ok(noted.rows_affected == 1)
    }

    /// Makes a profile the active one of its mailbox. Another active profile becomes `ready`. The mailbox's first
    /// activation turns its kill switch on. `untested` is the person's consent to skip the test, see
    /// [`app::profile::KeyEvidence::permits_activation`].
    pub async fn activate_profile(
        &self,
        account: AccountId,
        id: ProfileId,
        untested: bool,
        now: OffsetDateTime,
    ) -> Result<Change, StoreError> {
        let transaction = self.write().await?;
        let Some(target) = Target::lock(&transaction, account, id, now).await? else {
            return Ok(Change::NotFound);
        };
        // An active profile stays active, even without evidence of its key.
        if target.state != ProfileState::Active
            && let Err(fault) = target.evidence.permits_activation(untested)
        {
            return Ok(match target.state.after(ProfileAction::Activate) {
                Some(_) => Change::Declined(fault),
                None => Change::NotAllowed,
            });
        }
        let change = activate(&transaction, id, &target).await?;
        transaction.commit().await?;
        Ok(change)
    }

    /// Tries the code of the profile's last test message. The right code activates the profile. The try is counted
    /// before the code is compared, and stays counted.
    pub async fn activate_with_code(
        &self,
        account: AccountId,
        id: ProfileId,
        hash: CodeHash,
        now: OffsetDateTime,
    ) -> Result<TestTry, StoreError> {
        let transaction = self.write().await?;
        let Some(target) = Target::lock(&transaction, account, id, now).await? else {
            return Ok(TestTry::Refused(Change::NotFound));
        };
        if target.state.after(ProfileAction::Activate).is_none() {
            return Ok(TestTry::Refused(Change::NotAllowed));
        }
        let tried = test_code::attempt(&transaction, id, hash, now).await?;
        if tried == CodeMatch::Right {
            profile::Entity::update_many()
                .col_expr(profile::Column::TestedAt, Expr::value(now.unix_timestamp()))
                .filter(profile::Column::Id.eq(id.0))
                .exec(&transaction)
                .await?;
            activate(&transaction, id, &target).await?;
        }
        transaction.commit().await?;
        Ok(TestTry::Tried(tried))
    }
}

/// Activates a locked profile that may be activated.
async fn activate(db: &DatabaseTransaction, id: ProfileId, target: &Target) -> Result<Change, StoreError> {
    let Some(state) = target.state.after(ProfileAction::Activate) else {
        return Ok(Change::NotAllowed);
    };
    profile::Entity::update_many()
        .col_expr(profile::Column::State, Expr::value(state_text(ProfileState::Ready)))
        .filter(profile::Column::MailboxId.eq(target.mailbox))
        .filter(profile::Column::State.eq(state_text(ProfileState::Active)))
        .filter(profile::Column::Id.ne(id.0))
        .exec(db)
        .await?;
    set_state(db, id, state).await?;
    mailbox::Entity::update_many()
        .col_expr(mailbox::Column::KillSwitch, Expr::value(true))
        .col_expr(mailbox::Column::EverActive, Expr::value(true))
        .filter(mailbox::Column::Id.eq(target.mailbox))
        .filter(mailbox::Column::EverActive.eq(false))
        .exec(db)
        .await?;
    Ok(Change::Done)
}
