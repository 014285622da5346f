//! Lists, blocks and prunes the contacts of an alias.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use app::{
    address::{EmailAddress, OutsideAddress},
    id::{AliasId, ContactId},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, NullOrdering, Query, SelectStatement},
};
use time::OffsetDateTime;

use super::{
    AccountId, Store, StoreError,
    entity::{alias, contact, correspondent},
    stored::{mailboxes_of, read_address, read_contact_address, read_time},
};

pub(super) use contact::Column;

/// Most contacts whose keys are removed in one transaction, so that mail need not wait long.
const AT_ONCE: u64 = 500;

/// The keys of a contact as they were when the contact was read. [`super::accepted::Accepted::keys`] compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeysSeen {
    /// The contact.
    pub(super) contact: ContactId,
    /// When its keys were last removed, in seconds since 1970.
    pub(super) removed_at: Option<i64>,
}

/// A contact of one of the account's aliases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedContact {
    /// Its id.
    pub id: ContactId,
    /// Its own address.
    pub address: OutsideAddress,
    /// The address that the owner's mail client sees.
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
            address: read_contact_address(&row)?,
            relay_address: read_address(&format!("{}@{}", row.relay_local, row.relay_domain))?,
            last_used: row.last_used_at.map(read_time).transpose()?,
            blocked: row.blocked_at.is_some(),
        })
    }
}

impl Store {
    /// Returns `most` contacts of one of the account's aliases after the first `before`. The latest sender comes first.
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

    /// Blocks a contact from a time on, or with `None` accepts its mail again. Returns `false` if it is no contact of
    /// the account's alias.
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

    /// Removes the keys and certificates of contacts that the person never wrote to and that have sent nothing since
    /// `since`. Returns the number of these contacts. Their rows stay. So nobody else gets their relay addresses,
    /// blocked contacts stay blocked, and unencrypted answers still work.
    pub async fn remove_unused_keys(
        &self,
        unused_since: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            let unused: Vec<i64> = contact::Entity::find()
                .select_only()
                .column(contact::Column::Id)
                .filter(is_unused(unused_since))
                .order_by_asc(contact::Column::Id)
                .limit(AT_ONCE)
                .into_tuple()
                .all(&self.db)
                .await?;
            if unused.is_empty() {
                break;
            }
            let transaction = self.write().await?;
            // A contact that was used in the meantime keeps its keys. The others stay unused until the transaction
            // ends.
            let still: Vec<i64> = contact::Entity::find()
                .select_only()
                .column(contact::Column::Id)
                .filter(contact::Column::Id.is_in(unused))
                .filter(is_unused(unused_since))
                .lock_exclusive()
                .into_tuple()
                .all(&transaction)
                .await?;
            correspondent::Entity::delete_many()
                .filter(correspondent::Column::ContactId.is_in(still.iter().copied()))
                .exec(&transaction)
                .await?;
            let marked = contact::Entity::update_many()
                .col_expr(contact::Column::KeysRemovedAt, Expr::value(now.unix_timestamp()))
                .filter(contact::Column::Id.is_in(still))
                .exec(&transaction)
                .await?;
            transaction.commit().await?;
            removed += marked.rows_affected;
        }
        if removed > 0 {
            self.scrub().await;
        }
        Ok(removed)
    }

    /// Whether one of the addresses belongs to a blocked contact of the alias.
    pub async fn is_blocked(&self, alias: AliasId, senders: &[OutsideAddress]) -> Result<bool, StoreError> {
        let senders: BTreeSet<_> = senders.iter().map(OutsideAddress::folded).collect();
        let read = async || {
            let blocked = contact::Entity::find()
                .filter(contact::Column::AliasId.eq(alias.0))
                .filter(contact::Column::CorrespondentFolded.is_in(&senders))
                .filter(contact::Column::BlockedAt.is_not_null())
                .count(&self.db)
                .await?;
            // A contact that is made later is not blocked, so this holds until one is blocked.
            Ok::<_, StoreError>((blocked == 0).then_some(()))
        };
        let is_admitted = self.cached.admitted.get((alias, senders.clone()), read).await?;
        Ok(is_admitted.is_none())
    }
}

/// Records in `column` that something happened to these contacts now.
pub(super) async fn note(
    db: &impl ConnectionTrait,
    what: Column,
    contacts: Vec<ContactId>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    if contacts.is_empty() {
        return Ok(());
    }
    let contacts = contacts.into_iter().map(|contact| contact.0);
    note_at(db, what, contacts, now.unix_timestamp()).await
}

async fn note_at(
    db: &impl ConnectionTrait,
    what: Column,
    contacts: impl IntoIterator<Item = i64>,
    at: i64,
) -> Result<(), StoreError> {
    contact::Entity::update_many()
        .col_expr(what, Expr::value(at))
        .filter(contact::Column::Id.is_in(contacts))
        .exec(db)
        .await?;
    Ok(())
}

/// Those whose keys were removed since they were seen. The keys of the others stay until the transaction ends. Rows are
/// locked in the order of their ids.
pub(super) async fn find_gone(db: &impl ConnectionTrait, seen: &[KeysSeen]) -> Result<Vec<KeysSeen>, StoreError> {
    if seen.is_empty() {
        return Ok(Vec::new());
    }
    let now: Vec<(i64, Option<i64>)> = contact::Entity::find()
        .select_only()
        .columns([contact::Column::Id, contact::Column::KeysRemovedAt])
        .filter(contact::Column::Id.is_in(seen.iter().map(|keys| keys.contact.0)))
        .order_by_asc(contact::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(db)
        .await?;
    let now: HashMap<_, _> = now.into_iter().collect();
    let is_gone = |keys: &&KeysSeen| now.get(&keys.contact.0) != Some(&keys.removed_at);
    Ok(seen.iter().filter(is_gone).copied().collect())
}

/// Contacts by what happened to them last, and when, in seconds since 1970.
#[derive(Default)]
pub(super) struct Uses {
    last_used: BTreeMap<i64, BTreeSet<i64>>,
    answered: BTreeMap<i64, BTreeSet<i64>>,
}

impl Uses {
    pub fn add(&mut self, what: Column, contacts: Vec<ContactId>, now: OffsetDateTime) {
        if contacts.is_empty() {
            return;
        }
        let by_time = match what {
            Column::AnsweredAt => &mut self.answered,
            _ => &mut self.last_used,
        };
        let of_now = by_time.entry(now.unix_timestamp()).or_default();
        of_now.extend(contacts.into_iter().map(|contact| contact.0));
    }

    /// Notes all of it, with one statement for each second.
    pub async fn store(self, db: &impl ConnectionTrait) -> Result<(), StoreError> {
        for (column, by_time) in [
            (Column::LastUsedAt, self.last_used),
            (Column::AnsweredAt, self.answered),
        ] {
            for (at, contacts) in by_time {
                note_at(db, column, contacts, at).await?;
            }
        }
        Ok(())
    }
}

/// Matches contacts that the person never wrote to, that have sent nothing since, and that still have keys.
fn is_unused(since: OffsetDateTime) -> Condition {
    let used = || Expr::col(contact::Column::LastUsedAt).if_null(Expr::col(contact::Column::CreatedAt));
    Condition::all()
        .add(contact::Column::AnsweredAt.is_null())
        .add(used().lte(since.unix_timestamp()))
        .add(
            Condition::any()
                .add(contact::Column::KeysRemovedAt.is_null())
                .add(Expr::col(contact::Column::KeysRemovedAt).lte(used())),
        )
}

/// Whether the contact's keys were removed and it has sent nothing since.
pub(super) fn is_dormant(row: &contact::Model) -> bool {
    row.keys_removed_at
        .is_some_and(|removed| removed > row.last_used_at.unwrap_or(row.created_at))
}

pub(super) fn aliases_of(account: AccountId) -> SelectStatement {
    Query::select()
        .column(alias::Column::Id)
        .from(alias::Entity)
        .and_where(alias::Column::MailboxId.in_subquery(mailboxes_of(account)))
        .to_owned()
}
