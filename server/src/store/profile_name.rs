//! Keeps the names of a mailbox's profiles apart, and changes them.

use app::{
    id::{MailboxId, ProfileId},
    profile::ProfileState,
    profile_name::{self, default_name},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};

use super::{
    AccountId, Store, StoreError,
    entity::{mailbox, profile},
    stored::{mailboxes_of, read_kind, read_time, state_text},
};

impl Store {
    /// Names a complete profile. It gets a number if another profile of its mailbox has the name. Returns `false` if the
    /// account has no such profile.
    pub async fn name_profile(&self, account: AccountId, id: ProfileId, name: &str) -> Result<bool, StoreError> {
        let transaction = self.write().await?;
        let own: Option<i64> = profile::Entity::find_by_id(id.0)
            .filter(profile::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .filter(profile::Column::State.ne(state_text(ProfileState::Issued)))
            .select_only()
            .column(profile::Column::MailboxId)
            .into_tuple()
            .one(&transaction)
            .await?;
        let Some(mailbox) = own else { return Ok(false) };
        let name = free_name(&transaction, MailboxId(mailbox), name, Some(id)).await?;
        profile::Entity::update_many()
            .col_expr(profile::Column::Name, Expr::value(name))
            .filter(profile::Column::Id.eq(id.0))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// Returns the name, with a number if a profile of the mailbox other than `own` has it. Locks the mailbox, so that two
/// profiles never get the same name at once.
pub(super) async fn free_name(
    db: &impl ConnectionTrait,
    mailbox: MailboxId,
    wanted: &str,
    own: Option<ProfileId>,
) -> Result<String, StoreError> {
    mailbox::Entity::find_by_id(mailbox.0).lock_exclusive().one(db).await?;
    let taken = profile::Entity::find()
        .filter(profile::Column::MailboxId.eq(mailbox.0))
        .filter(profile::Column::Id.ne(own.map_or(0, |own| own.0)))
        .select_only()
        .column(profile::Column::Name)
        .into_tuple()
        .all(db)
        .await?;
    Ok(profile_name::free_name(wanted, &taken))
}

/// Returns the name of a profile, or the default one if nobody named it.
pub(super) fn shown_name(row: &profile::Model) -> Result<String, StoreError> {
    match row.name.is_empty() {
        true => Ok(default_name(read_kind(&row.kind)?, read_time(row.created_at)?)),
        false => Ok(row.name.clone()),
    }
}

/// Names the rows that nobody named, and numbers those of one mailbox that would have the name of another, oldest first.
/// The rows are ordered from the newest on.
pub(super) fn name_apart(mut rows: Vec<profile::Model>) -> Result<Vec<profile::Model>, StoreError> {
    let (unnamed, mut taken): (Vec<_>, Vec<_>) = (0..rows.len()).partition(|at| rows[*at].name.is_empty());
    for at in unnamed.into_iter().rev() {
        let siblings = taken.iter().map(|other| &rows[*other]);
        let names: Vec<_> = siblings
            .filter(|other| other.mailbox_id == rows[at].mailbox_id)
            .map(|other| other.name.clone())
            .collect();
        rows[at].name = profile_name::free_name(&shown_name(&rows[at])?, &names);
        taken.push(at);
    }
    Ok(rows)
}
