//! Reads and changes the settings of a profile.

use app::{
    id::{MailboxId, ProfileId},
    profile::{ProfileState, Settings, SettingsChange},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Value, sea_query::Expr};

use super::{
    AccountId, Store, StoreError,
    entity::profile,
    stored::{cipher_text, read_settings},
    stored::{mailboxes_of, state_text},
};

impl Store {
    /// Returns the settings of one of the account's complete profiles.
    pub async fn profile_settings(&self, account: AccountId, id: ProfileId) -> Result<Option<Settings>, StoreError> {
        let row = profile::Entity::find_by_id(id.0)
            .filter(profile::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .filter(profile::Column::State.ne(state_text(ProfileState::Issued)))
            .one(&self.db)
            .await?;
        row.as_ref().map(read_settings).transpose()
    }

    /// Changes the settings that are named. Returns `false` if the account has no such profile.
    pub async fn change_profile_settings(
        &self,
        account: AccountId,
        id: ProfileId,
        change: SettingsChange,
    ) -> Result<bool, StoreError> {
        let SettingsChange {
            hide_subject,
            hide_sender,
            cipher,
        } = change;
        let updated = profile::Entity::update_many()
            .col_expr(
                profile::Column::HideSubject,
                or_kept(profile::Column::HideSubject, hide_subject),
            )
            .col_expr(
                profile::Column::HideSender,
                or_kept(profile::Column::HideSender, hide_sender),
            )
            .col_expr(
                profile::Column::Cipher,
                or_kept(profile::Column::Cipher, cipher.map(cipher_text)),
            )
            .filter(profile::Column::Id.eq(id.0))
            .filter(profile::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .filter(profile::Column::State.ne(state_text(ProfileState::Issued)))
            .exec(&self.db)
            .await?;
        Ok(updated.rows_affected == 1)
    }
}

fn or_kept(column: profile::Column, value: Option<impl Into<Value>>) -> Expr {
    value.map_or_else(|| Expr::col(column), Expr::value)
}

/// Gives a new profile the settings of the mailbox's active one, because a renewal must not hide less than before. The
/// cipher is copied only if both have the same kind.
pub(super) async fn inherit_settings(
    db: &impl ConnectionTrait,
    mut new: profile::ActiveModel,
    mailbox: MailboxId,
) -> Result<profile::ActiveModel, StoreError> {
    let active = profile::Entity::find()
        .filter(profile::Column::MailboxId.eq(mailbox.0))
        .filter(profile::Column::State.eq(state_text(ProfileState::Active)))
        .one(db)
        .await?;
    if let Some(active) = active {
        new.hide_subject = Set(active.hide_subject);
        new.hide_sender = Set(active.hide_sender);
        if new.kind.try_as_ref() == Some(&active.kind) {
            new.cipher = Set(active.cipher);
        }
    }
    Ok(new)
}
