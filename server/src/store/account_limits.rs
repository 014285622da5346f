//! Stores the limits of single accounts in place of the relay's.

use app::{api::administration::AccountLimits, id::AccountId};
use sea_orm::{ActiveValue::Set, EntityTrait, QuerySelect, sea_query::OnConflict};

use super::{
    Store, StoreError,
    entity::{account, account_limits},
    operator::{Act, Action, note},
};

impl Store {
    /// Returns the limits of an account. All are `None` if it has none of its own.
    pub async fn account_limits(&self, account: AccountId) -> Result<AccountLimits, StoreError> {
        let read = async || {
            let row = account_limits::Entity::find_by_id(account.0).one(&self.db).await?;
            row.map_or(Ok(AccountLimits::default()), read).map(Some)
        };
        let limits = self.cached.limits.get(account, read).await?;
        Ok(limits.unwrap_or_default())
    }

    /// Sets the limits of an account to what `change` makes of the former ones, and notes it if that is something else. Returns what they
    /// are then. [`StoreError::Gone`] if there is no such account.
    pub async fn change_account_limits(
        &self,
        account: AccountId,
        change: impl FnOnce(AccountLimits) -> AccountLimits,
        act: Act,
    ) -> Result<AccountLimits, StoreError> {
        use account_limits::Column;
        let transaction = self.write().await?;
        let owner = account::Entity::find_by_id(account.0).lock_exclusive();
        owner.one(&transaction).await?.ok_or(StoreError::Gone)?;
        let former = account_limits::Entity::find_by_id(account.0).one(&transaction).await?;
        let former = former.map_or(Ok(AccountLimits::default()), read)?;
        let limits = change(former);
        if limits == former {
            return Ok(limits);
        }
        let row = account_limits::ActiveModel {
            account_id: Set(account.0),
            mailboxes: Set(limits.mailboxes.map(i64::from)),
            aliases: Set(limits.aliases.map(i64::from)),
            messages_per_hour: Set(limits.messages_per_hour.map(i64::from)),
            replies_per_hour: Set(limits.replies_per_hour.map(i64::from)),
        };
        let all = [
            Column::Mailboxes,
            Column::Aliases,
            Column::MessagesPerHour,
            Column::RepliesPerHour,
        ];
        account_limits::Entity::insert(row)
            .on_conflict(OnConflict::column(Column::AccountId).update_columns(all).to_owned())
            .exec_without_returning(&transaction)
            .await?;
        note(&transaction, Action::LimitsChanged, account.0.to_string(), act).await?;
        transaction.commit().await?;
        Ok(limits)
    }
}

fn read(row: account_limits::Model) -> Result<AccountLimits, StoreError> {
    let limit = |stored: Option<i64>| {
        let limit = stored.map(u32::try_from).transpose();
        limit.map_err(|_| StoreError::Damaged("account limit"))
    };
    Ok(AccountLimits {
        mailboxes: limit(row.mailboxes)?,
        aliases: limit(row.aliases)?,
        messages_per_hour: limit(row.messages_per_hour)?,
        replies_per_hour: limit(row.replies_per_hour)?,
    })
}
