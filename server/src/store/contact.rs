//! The contacts of an alias as their owner sees them, and which of them are blocked.

use app::{
    address::EmailAddress,
    api::{alias::AliasId, contact::ContactId},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, NullOrdering, Query, SelectStatement},
};
use time::OffsetDateTime;

use super::{
    AccountId, Store, StoreError,
    correspondence::correspondent_address,
    entity::{alias, contact},
    mailbox::mailboxes_of,
    stored_address, stored_time,
};

/// A contact of one of the account's aliases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedContact {
    /// Its id.
    pub id: ContactId,
    /// Its own address.
    pub address: EmailAddress,
    /// What the person's mail client sees.
    pub relay_address: EmailAddress,
    /// When its last message was relayed.
    pub last_used: Option<OffsetDateTime>,
    /// Whether its mail is refused.
    pub blocked: bool,
}

impl ListedContact {
    pub(super) fn of(row: contact::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: ContactId(row.id),
            address: correspondent_address(&row)?,
            relay_address: stored_address(&format!("{}@{}", row.relay_local, row.relay_domain))?,
            last_used: row.last_used_at.map(stored_time).transpose()?,
            blocked: row.blocked_at.is_some(),
        })
    }
}

impl Store {
    /// Contacts of one of the account's aliases, who wrote last first: `most` of them, behind the first `before`.
    pub async fn contacts(
        &self,
        account: AccountId,
        alias: AliasId,
        before: u64,
        most: u64,
    ) -> Result<Vec<ListedContact>, StoreError> {
        let rows = contact::Entity::find()
            .filter(contact::Column::AliasId.eq(alias.0))
            .filter(contact::Column::AliasId.in_subquery(aliases_of(account)))
            .order_by_with_nulls(contact::Column::LastUsedAt, Order::Desc, NullOrdering::Last)
            .order_by_desc(contact::Column::Id)
            .offset(before)
            .limit(most)
            .all(&self.db)
            .await?;
        rows.into_iter().map(ListedContact::of).collect()
    }

    /// Blocks a contact from a moment on, or with `None` takes its mail again; `false` where it is none of the account's
    /// alias.
    pub async fn set_contact_blocked(
        &self,
        account: AccountId,
        alias: AliasId,
        id: ContactId,
        since: Option<OffsetDateTime>,
    ) -> Result<bool, StoreError> {
        let since = since.map(OffsetDateTime::unix_timestamp);
        let updated = contact::Entity::update_many()
            .col_expr(contact::Column::BlockedAt, Expr::value(since))
            .filter(contact::Column::Id.eq(id.0))
            .filter(contact::Column::AliasId.eq(alias.0))
            .filter(contact::Column::AliasId.in_subquery(aliases_of(account)))
            .exec(&self.db)
            .await?;
        Ok(updated.rows_affected == 1)
    }

    /// Whether one of the addresses belongs to a contact that the alias takes no mail from.
    pub async fn is_blocked(&self, alias: AliasId, senders: &[EmailAddress]) -> Result<bool, StoreError> {
        let blocked = contact::Entity::find()
            .filter(contact::Column::AliasId.eq(alias.0))
            .filter(contact::Column::CorrespondentFolded.is_in(senders.iter().map(EmailAddress::folded)))
            .filter(contact::Column::BlockedAt.is_not_null())
            .count(&self.db)
            .await?;
        Ok(blocked > 0)
    }
}

/// Notes that mail of these contacts was relayed.
pub(super) async fn used(
    db: &impl ConnectionTrait,
    contacts: Vec<ContactId>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    if contacts.is_empty() {
        return Ok(());
    }
    contact::Entity::update_many()
        .col_expr(contact::Column::LastUsedAt, Expr::value(now.unix_timestamp()))
        .filter(contact::Column::Id.is_in(contacts.iter().map(|contact| contact.0)))
        .exec(db)
        .await?;
    Ok(())
}

pub(super) fn aliases_of(account: AccountId) -> SelectStatement {
    Query::select()
        .column(alias::Column::Id)
        .from(alias::Entity)
        .and_where(alias::Column::MailboxId.in_subquery(mailboxes_of(account)))
        .to_owned()
}
