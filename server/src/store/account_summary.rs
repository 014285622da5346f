//! Accounts as their operator sees them: numbers, sizes and times; never content, subjects or correspondents.

use std::collections::{HashMap, HashSet};

use app::{address::EmailAddress, id::AccountId};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, Func, LikeExpr},
};
use time::OffsetDateTime;

use super::{
    Store, StoreError,
    claim::is_verified,
    entity::{account, alias, mailbox, one_time_password, session},
    stored::{literal, read_time},
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

/// A page of search results.
#[derive(Debug)]
pub struct FoundAccounts {
    /// The accounts on this page, the oldest first.
    pub accounts: Vec<AccountSummary>,
    /// How many there are on all pages.
    pub found: u64,
}

/// How many accounts there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountCounts {
    /// All of them.
    pub all: u64,
    /// Those that are turned off.
    pub disabled: u64,
    /// Those whose person administers the relay.
    pub administrators: u64,
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
        self.summarise(rows, None).await
    }

    /// One account, or `None` if there is no such account.
    pub async fn account_summary(&self, account: AccountId) -> Result<Option<AccountSummary>, StoreError> {
        let rows = account::Entity::find_by_id(account.0).all(&self.db).await?;
        Ok(self.summarise(rows, Some(vec![account.0])).await?.pop())
    }

    /// The accounts with this number, or with this text in the address that they were created with; all if it is empty. `page`
    /// counts from 1, and `size` accounts are on a page.
    pub async fn find_accounts(&self, search: &str, page: u32, size: u32) -> Result<FoundAccounts, StoreError> {
        let search = search.trim().to_lowercase();
        let searched = (!search.is_empty()).then(|| {
            let like = LikeExpr::new(format!("%{}%", literal(&search))).escape('\\');
            Condition::any()
                .add(Expr::expr(Func::lower(Expr::col(account::Column::Email))).like(like))
                .add_option(search.parse::<i64>().ok().map(|number| account::Column::Id.eq(number)))
        });
        let wanted = account::Entity::find().filter(Condition::all().add_option(searched));
        let found = wanted.clone().count(&self.db).await?;
        let rows = wanted
            .order_by_asc(account::Column::Id)
            .offset(u64::from(page.saturating_sub(1)) * u64::from(size))
            .limit(u64::from(size))
            .all(&self.db)
            .await?;
        let ids = rows.iter().map(|row| row.id).collect();
        Ok(FoundAccounts {
            accounts: self.summarise(rows, Some(ids)).await?,
            found,
        })
    }

    /// How many accounts there are.
    pub async fn count_accounts(&self) -> Result<AccountCounts, StoreError> {
        let all = account::Entity::find();
        let disabled = all.clone().filter(account::Column::DisabledAt.is_not_null());
        let administrators = all.clone().filter(account::Column::Administrator.eq(true));
        Ok(AccountCounts {
            all: all.count(&self.db).await?,
            disabled: disabled.count(&self.db).await?,
            administrators: administrators.count(&self.db).await?,
        })
    }

    /// `ids` are those of the rows, or `None` for all accounts, which may be more than a statement takes values.
    async fn summarise(
        &self,
        rows: Vec<account::Model>,
        ids: Option<Vec<i64>>,
    ) -> Result<Vec<AccountSummary>, StoreError> {
        let uses = self.uses(ids.clone()).await?;
        let seen: HashMap<i64, Option<i64>> = session::Entity::find()
            .apply_if(ids.clone(), |query, ids| {
                query.filter(session::Column::AccountId.is_in(ids))
            })
            .select_only()
            .column(session::Column::AccountId)
            .expr(session::Column::LastSeenAt.max())
            .group_by(session::Column::AccountId)
            .into_tuple::<(i64, Option<i64>)>()
            .all(&self.db)
            .await?
            .into_iter()
            .collect();
        let guarded: HashSet<i64> = one_time_password::Entity::find()
            .apply_if(ids, |query, ids| {
                query.filter(one_time_password::Column::AccountId.is_in(ids))
            })
            .select_only()
            .column(one_time_password::Column::AccountId)
            .filter(one_time_password::Column::ConfirmedAt.is_not_null())
            .into_tuple::<i64>()
            .all(&self.db)
            .await?
            .into_iter()
            .collect();
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

    async fn uses(&self, accounts: Option<Vec<i64>>) -> Result<HashMap<i64, Use>, StoreError> {
        let is_some = accounts.is_some();
        let mailboxes: Vec<(i64, i64)> = mailbox::Entity::find()
            .apply_if(accounts, |query, ids| {
                query.filter(mailbox::Column::AccountId.is_in(ids))
            })
            .select_only()
            .columns([mailbox::Column::Id, mailbox::Column::AccountId])
            .into_tuple()
            .all(&self.db)
            .await?;
        let theirs = is_some.then(|| mailboxes.iter().map(|(mailbox, _)| *mailbox).collect::<Vec<_>>());
        let aliases: HashMap<i64, (i64, i64, Option<i64>)> = alias::Entity::find()
            .apply_if(theirs, |query, ids| query.filter(alias::Column::MailboxId.is_in(ids)))
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
