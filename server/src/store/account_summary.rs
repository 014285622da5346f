//! Accounts as their operator sees them: numbers, sizes and times; never content, subjects or correspondents.

use std::collections::HashMap;

use app::{address::EmailAddress, id::AccountId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::ExprTrait};
use time::OffsetDateTime;

use super::{
    Store, StoreError,
    claim::is_verified,
    entity::{account, alias, mailbox, one_time_password, session},
    stored::read_time,
};

/// An account as its operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSummary {
    /// The account.
    pub id: AccountId,
    /// The address that it was created with.
    pub email: String,
    /// Whether that address is verified.
    pub verified: bool,
    /// When it was created.
    pub created: OffsetDateTime,
    /// Since when it is turned off.
    pub disabled: Option<OffsetDateTime>,
    /// Whether its person administers the relay.
    pub administrator: bool,
    /// Whether it needs a second factor to sign in.
    pub second_factor: bool,
    /// When one of its sessions was last used, to ten minutes.
    pub last_seen: Option<OffsetDateTime>,
    /// Its mailboxes.
    pub mailboxes: u64,
    /// Its aliases.
    pub aliases: u64,
    /// Messages that were relayed to its aliases.
    pub relayed: u64,
    /// When one of its aliases last had mail.
    pub last_mail: Option<OffsetDateTime>,
}

/// Numbers of one mailbox or account.
#[derive(Clone, Copy, Default)]
struct Use {
    mailboxes: u64,
    aliases: u64,
    relayed: u64,
    last_mail: Option<i64>,
}

impl Store {
    /// All accounts, the oldest first.
    pub async fn account_summaries(&self) -> Result<Vec<AccountSummary>, StoreError> {
        let rows = account::Entity::find()
            .order_by_asc(account::Column::Id)
            .all(&self.db)
            .await?;
        let uses = self.uses().await?;
        let seen: HashMap<i64, Option<i64>> = session::Entity::find()
            .select_only()
            .column(session::Column::AccountId)
            .expr(session::Column::LastSeenAt.max())
            .group_by(session::Column::AccountId)
            .into_tuple::<(i64, Option<i64>)>()
            .all(&self.db)
            .await?
            .into_iter()
            .collect();
        let guarded: Vec<i64> = one_time_password::Entity::find()
            .select_only()
            .column(one_time_password::Column::AccountId)
            .filter(one_time_password::Column::ConfirmedAt.is_not_null())
            .into_tuple()
            .all(&self.db)
            .await?;
        let summary = |row: account::Model| {
            let used = uses.get(&row.id).copied().unwrap_or_default();
            Ok(AccountSummary {
                id: AccountId(row.id),
                verified: is_verified(&row.email_folded),
                email: row.email,
                created: read_time(row.created_at)?,
                disabled: row.disabled_at.map(read_time).transpose()?,
                administrator: row.administrator,
                second_factor: guarded.contains(&row.id),
                last_seen: seen.get(&row.id).copied().flatten().map(read_time).transpose()?,
                mailboxes: used.mailboxes,
                aliases: used.aliases,
                relayed: used.relayed,
                last_mail: used.last_mail.map(read_time).transpose()?,
            })
        };
        rows.into_iter().map(summary).collect()
    }

    /// Returns an account by its number, or by the address that it was created with and has verified.
    pub async fn find_account(&self, which: &str) -> Result<Option<AccountId>, StoreError> {
        let by = match (which.parse::<i64>(), which.parse::<EmailAddress>()) {
            (Ok(number), _) => account::Column::Id.eq(number),
            (_, Ok(address)) => account::Column::EmailFolded.eq(address.folded()),
            _ => return Ok(None),
        };
        let row = account::Entity::find().filter(by).one(&self.db).await?;
        Ok(row.map(|row| AccountId(row.id)))
    }

    async fn uses(&self) -> Result<HashMap<i64, Use>, StoreError> {
        let mailboxes: Vec<(i64, i64)> = mailbox::Entity::find()
            .select_only()
            .columns([mailbox::Column::Id, mailbox::Column::AccountId])
            .into_tuple()
            .all(&self.db)
            .await?;
        let aliases: HashMap<i64, (i64, i64, Option<i64>)> = alias::Entity::find()
            .select_only()
            .column(alias::Column::MailboxId)
            .expr(alias::Column::Id.count())
            .expr(alias::Column::RelayedCount.sum().cast_as("bigint"))
            .expr(alias::Column::LastUsedAt.max())
            .group_by(alias::Column::MailboxId)
            .into_tuple::<(i64, i64, i64, Option<i64>)>()
            .all(&self.db)
            .await?
            .into_iter()
            .map(|(mailbox, count, relayed, last)| (mailbox, (count, relayed, last)))
            .collect();
        let mut uses: HashMap<i64, Use> = HashMap::new();
        for (mailbox, account) in mailboxes {
            let used = uses.entry(account).or_default();
            used.mailboxes += 1;
            if let Some((count, relayed, last)) = aliases.get(&mailbox) {
                used.aliases += u64::try_from(*count).unwrap_or_default();
                used.relayed += u64::try_from(*relayed).unwrap_or_default();
                used.last_mail = std::cmp::max(used.last_mail, *last);
            }
        }
        Ok(uses)
    }
}
