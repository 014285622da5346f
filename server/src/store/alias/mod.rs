//! Stores aliases, the addresses that people hand out.

mod bulk;
mod find;
mod take;
mod use_count;

use std::collections::HashMap;

use app::{
    address::EmailAddress,
    api::{activity::Outcome, alias::OffAnswer},
    id::AliasId,
};
pub use find::Found;
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, UpdateMany,
    sea_query::{Expr, SimpleExpr},
};
pub(super) use take::take_local;
pub use take::{Most, NewAlias, Taken};
use time::OffsetDateTime;
pub(super) use use_count::{count, find_recorded};

use super::{
    AccountId, Store, StoreError,
    entity::alias,
    stored::{answer_word, read_answer},
    stored::{mailboxes_of, read_time},
};

/// An alias of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// Its id.
    pub id: AliasId,
    /// Its folded local part.
    pub local: String,
    /// Its domain, or empty for the relay's main domain.
    pub domain: String,
    /// The person's name for it.
    pub label: String,
    /// The person's note about it.
    pub note: String,
    /// Whether mail to it is accepted.
    pub enabled: bool,
    /// The answer to senders while it is off, and to blocked contacts.
    pub off_answer: OffAnswer,
    /// The address of its mailbox.
    pub mailbox: EmailAddress,
    /// The name in From when the person answers from it. May be empty.
    pub name: String,
    /// Whether activity is recorded.
    pub record_activity: bool,
    /// When it was created.
    pub created: OffsetDateTime,
    /// Messages relayed since the counts were reset.
    pub relayed: u64,
    /// Messages refused or dropped since then.
    pub refused: u64,
    /// When a message last went through it.
    pub last_used: Option<OffsetDateTime>,
    /// Whether it comes first in every list.
    pub pinned: bool,
}

impl Store {
    /// Returns all of the account's aliases, newest first.
    pub async fn aliases(&self, account: AccountId) -> Result<Vec<Alias>, StoreError> {
        let rows = alias::Entity::find()
            .filter(owned_by(account))
            .order_by_desc(alias::Column::Id)
            .all(&self.db)
            .await?;
        self.with_mailboxes(account, rows).await
    }

    /// Returns one of the account's aliases.
    pub async fn alias(&self, account: AccountId, id: AliasId) -> Result<Option<Alias>, StoreError> {
        let row = alias::Entity::find_by_id(id.0)
            .filter(owned_by(account))
            .one(&self.db)
            .await?;
        Ok(self.with_mailboxes(account, row.into_iter().collect()).await?.pop())
    }

    async fn with_mailboxes(&self, account: AccountId, rows: Vec<alias::Model>) -> Result<Vec<Alias>, StoreError> {
        let addresses: HashMap<_, _> = self
            .mailboxes(account)
            .await?
            .into_iter()
            .map(|mailbox| (mailbox.id.0, mailbox.address))
            .collect();
        rows.into_iter()
            .filter_map(|row| {
                let mailbox = addresses.get(&row.mailbox_id)?.clone();
                Some(Alias::of(row, mailbox))
            })
            .collect()
    }

    /// Turns an alias on or off. Returns `false` if the account has no such alias.
    pub async fn set_alias_enabled(&self, account: AccountId, id: AliasId, on: bool) -> Result<bool, StoreError> {
        let change = alias::Entity::update_many()
            .col_expr(alias::Column::Enabled, Expr::value(on))
            .col_expr(alias::Column::SwitchedWith, Expr::value(None::<i64>));
        self.change_alias(account, id, change).await
    }

    /// Turns an alias off and sets the answer to its senders. Returns `false` if the account has no such alias.
    pub async fn turn_off(&self, account: AccountId, id: AliasId, answer: OffAnswer) -> Result<bool, StoreError> {
        let change = alias::Entity::update_many()
            .col_expr(alias::Column::Enabled, Expr::value(false))
            .col_expr(alias::Column::SwitchedWith, Expr::value(None::<i64>))
            .col_expr(alias::Column::OffAnswer, Expr::value(answer_word(answer)));
        self.change_alias(account, id, change).await
    }

    /// Sets whether an alias comes first in every list. Returns `false` if the account has no such alias.
    pub async fn set_alias_pinned(&self, account: AccountId, id: AliasId, on: bool) -> Result<bool, StoreError> {
        let change = alias::Entity::update_many().col_expr(alias::Column::Pinned, Expr::value(on));
        self.change_alias(account, id, change).await
    }

    /// Turns an alias off because somebody used its unsubscribe link. It then rejects mail. Does nothing if it is off
    /// or deleted.
    pub async fn unsubscribe(&self, id: AliasId, now: OffsetDateTime) -> Result<(), StoreError> {
        let updated = alias::Entity::update_many()
            .col_expr(alias::Column::Enabled, Expr::value(false))
            .col_expr(alias::Column::SwitchedWith, Expr::value(None::<i64>))
            .col_expr(alias::Column::OffAnswer, Expr::value(answer_word(OffAnswer::Reject)))
            .filter(alias::Column::Id.eq(id.0))
            .filter(alias::Column::Enabled.eq(true))
            .exec(&self.db)
            .await?;
        match updated.rows_affected {
            0 => Ok(()),
            _ => self.record(id, Outcome::Unsubscribed, 0, now).await,
        }
    }

    /// Sets the name in From. Returns `false` if the account has no such alias.
    pub async fn set_alias_name(&self, account: AccountId, id: AliasId, name: &str) -> Result<bool, StoreError> {
        let change = alias::Entity::update_many().col_expr(alias::Column::DisplayName, Expr::value(name));
        self.change_alias(account, id, change).await
    }

    /// Sets label and note. Returns `false` if the account has no such alias.
    pub async fn set_alias_details(
        &self,
        account: AccountId,
        id: AliasId,
        label: &str,
        note: &str,
    ) -> Result<bool, StoreError> {
        let change = alias::Entity::update_many()
            .col_expr(alias::Column::Label, Expr::value(label))
            .col_expr(alias::Column::Note, Expr::value(note))
            .col_expr(alias::Column::SearchFolded, Expr::value(search_folded(label, note)));
        self.change_alias(account, id, change).await
    }

    /// Resets the counts and the last use. Returns `false` if the account has no such alias.
    pub async fn reset_alias_counts(&self, account: AccountId, id: AliasId) -> Result<bool, StoreError> {
        let change = alias::Entity::update_many()
            .col_expr(alias::Column::RelayedCount, Expr::value(0))
            .col_expr(alias::Column::RefusedCount, Expr::value(0))
            .col_expr(alias::Column::LastUsedAt, Expr::value(None::<i64>));
        self.change_alias(account, id, change).await
    }

    async fn change_alias(
        &self,
        account: AccountId,
        id: AliasId,
        change: UpdateMany<alias::Entity>,
    ) -> Result<bool, StoreError> {
        let updated = change
            .filter(alias::Column::Id.eq(id.0))
            .filter(owned_by(account))
            .exec(&self.db)
            .await?;
        Ok(updated.rows_affected == 1)
    }

    /// Deletes an alias with its contacts and their keys. Its local part stays taken. Returns `false` if the account
    /// has no such alias.
    pub async fn delete_alias(&self, account: AccountId, id: AliasId) -> Result<bool, StoreError> {
        let deleted = alias::Entity::delete_many()
            .filter(alias::Column::Id.eq(id.0))
            .filter(owned_by(account))
            .exec(&self.db)
            .await?;
        self.scrub().await;
        Ok(deleted.rows_affected == 1)
    }
}

impl Alias {
    fn of(row: alias::Model, mailbox: EmailAddress) -> Result<Self, StoreError> {
        Ok(Self {
            id: AliasId(row.id),
            local: row.local_folded,
            domain: row.domain,
            label: row.label,
            note: row.note,
            enabled: row.enabled,
            off_answer: read_answer(&row.off_answer)?,
            mailbox,
            name: row.display_name,
            record_activity: row.record_activity,
            created: read_time(row.created_at)?,
            relayed: row.relayed_count.try_into().unwrap_or_default(),
            refused: row.refused_count.try_into().unwrap_or_default(),
            last_used: row.last_used_at.map(read_time).transpose()?,
            pinned: row.pinned,
        })
    }
}

/// Matches the aliases of all of the account's mailboxes.
fn owned_by(account: AccountId) -> SimpleExpr {
    alias::Column::MailboxId.in_subquery(mailboxes_of(account))
}

/// Returns the text that a search covers besides the address, in lower case. Databases do not agree on lower case.
fn search_folded(label: &str, note: &str) -> String {
    format!("{label}\n{note}").to_lowercase()
}
