//! Reads all data of an account for an export, and deletes it.

use app::{api::activity::Event, id::AliasId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use time::OffsetDateTime;

use super::{
    AccountId, Store, StoreError,
    activity::event,
    contact::{ListedContact, aliases_of},
    entity::{account, activity, contact, mailbox},
    queue::forget_mailboxes,
    stored::read_time,
};

impl Store {
    /// Returns when the account was created.
    pub async fn account_since(&self, account: AccountId) -> Result<Option<OffsetDateTime>, StoreError> {
        let row = account::Entity::find_by_id(account.0).one(&self.db).await?;
        row.map(|row| read_time(row.created_at)).transpose()
    }

    /// Returns the contacts of all of the account's aliases.
    pub async fn all_contacts(&self, account: AccountId) -> Result<Vec<(AliasId, ListedContact)>, StoreError> {
        let rows = contact::Entity::find()
            .filter(contact::Column::AliasId.in_subquery(aliases_of(account)))
            .order_by_asc(contact::Column::Id)
            .all(&self.db)
            .await?;
        let own = |row: contact::Model| Ok((AliasId(row.alias_id), ListedContact::of(row)?));
        rows.into_iter().map(own).collect()
    }

    /// Returns the recorded activity of all of the account's aliases, oldest first.
    pub async fn all_activity(&self, account: AccountId) -> Result<Vec<(AliasId, Event)>, StoreError> {
        let rows = activity::Entity::find()
            .filter(activity::Column::AliasId.in_subquery(aliases_of(account)))
            .order_by_asc(activity::Column::Id)
            .all(&self.db)
            .await?;
        let own = |row: activity::Model| Ok((AliasId(row.alias_id), event(&row)?));
        rows.into_iter().map(own).collect()
    }

    /// Deletes the account and everything that refers to it. Returns `false` if it is gone already. Local parts stay,
    /// so that nobody inherits an address. Accepted messages that wait for delivery stay as well.
    ///
    /// # Errors
    /// [`StoreError::LastAdministrator`] if nobody else administers the relay.
    pub async fn delete_account(&self, account: AccountId) -> Result<bool, StoreError> {
        let transaction = self.write().await?;
        // Locked, as two administrators may leave at once.
        let administrators = account::Entity::find()
            .filter(account::Column::Administrator.eq(true))
            .filter(account::Column::DisabledAt.is_null())
            .lock_exclusive()
            .all(&transaction)
            .await?;
        if matches!(&*administrators, [last] if last.id == account.0) {
            return Err(StoreError::LastAdministrator);
        }
        let deleted = remove_account(&transaction, account).await?;
        transaction.commit().await?;
        self.scrub().await;
        Ok(deleted)
    }
}

pub(super) async fn remove_account(db: &impl ConnectionTrait, account: AccountId) -> Result<bool, StoreError> {
    let mailboxes: Vec<i64> = mailbox::Entity::find()
        .filter(mailbox::Column::AccountId.eq(account.0))
        .select_only()
        .column(mailbox::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let deleted = account::Entity::delete_by_id(account.0).exec(db).await?;
    forget_mailboxes(db, mailboxes).await?;
    Ok(deleted.rows_affected == 1)
}
