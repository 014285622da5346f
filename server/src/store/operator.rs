//! The changes of accounts by operators and administrators, each noted in the operator's log in the same transaction.

pub use app::api::operator_action::Action;
use app::{
    address::EmailAddress,
    id::{AccountId, MailboxId},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Select, sea_query::Expr,
};
use time::OffsetDateTime;

use super::{
    Store, StoreError,
    account::insert_account,
    claim::{is_verified, prove},
    code::CodeHash,
    data::remove_account,
    entity::{account, one_time_password, operator_log},
    linked_identity::forget_password,
    password::{close_other_ways_in, delete_drafts, insert_reset},
    session::close_sessions,
    stored::read_time,
};

/// A change by the operator or an administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// When it happened.
    pub at: OffsetDateTime,
    /// The word of what was done, see [`Action::read`]. A newer release may have left others.
    pub action: String,
    /// The number of the account, or the name of the queue's item or of the invitation.
    pub subject: String,
    /// Which administrator did it. `None` if it was done with a command.
    pub administrator: Option<AccountId>,
}

/// Who changes something, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Act {
    administrator: Option<AccountId>,
    at: OffsetDateTime,
}

impl Act {
    /// Of the operator, with a command.
    pub fn by_command(at: OffsetDateTime) -> Self {
        Self {
            administrator: None,
            at,
        }
    }

    /// Of an administrator, in the web interface.
    pub fn by_administrator(administrator: AccountId, at: OffsetDateTime) -> Self {
        Self {
            administrator: Some(administrator),
            at,
        }
    }

    /// When it happens.
    pub fn at(&self) -> OffsetDateTime {
        self.at
    }
}

/// Notes what is changed in the same transaction.
///
/// # Errors
/// [`StoreError::Gone`] if an administrator has lost the role since. Two who take it from each other leave one.
pub(super) async fn note(
    db: &impl ConnectionTrait,
    action: Action,
    subject: String,
    act: Act,
) -> Result<(), StoreError> {
    if let Some(administrator) = act.administrator {
        let row = find_administrator(administrator).lock_exclusive().one(db).await?;
        if !row.is_some_and(|row| is_verified(&row.email_folded)) {
            return Err(StoreError::Gone);
        }
    }
    let row = operator_log::ActiveModel {
        at: Set(act.at.unix_timestamp()),
        action: Set(action.word().into()),
        subject: Set(subject),
        administrator: Set(act.administrator.map(|account| account.0)),
        ..Default::default()
    };
    operator_log::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// The account of somebody who administers the relay, which has to be verified besides.
fn find_administrator(account: AccountId) -> Select<account::Entity> {
    account::Entity::find_by_id(account.0)
        .filter(account::Column::Administrator.eq(true))
        .filter(account::Column::DisabledAt.is_null())
}

impl Store {
    /// Creates an account whose address counts as verified, because the operator says so. Whoever reads its mail sets the
    /// password. [`StoreError::Taken`] if the address belongs to an account.
    pub async fn create_account_for(
        &self,
        email: &EmailAddress,
        password_hash: String,
        act: Act,
    ) -> Result<(AccountId, MailboxId), StoreError> {
        let transaction = self.write().await?;
        let (account, mailbox) = insert_account(&transaction, email, password_hash, act.at).await?;
        if !prove(&transaction, mailbox, act.at).await? {
            return Err(StoreError::Taken);
        }
        forget_password(&transaction, account).await?;
        note(&transaction, Action::AccountCreated, account.0.to_string(), act).await?;
        transaction.commit().await?;
        Ok((account, mailbox))
    }

    /// Turns an account off, which ends its sessions, or on again. Returns `false` if it is so already or gone.
    pub async fn set_account_disabled(&self, account: AccountId, disabled: bool, act: Act) -> Result<bool, StoreError> {
        let transaction = self.write().await?;
        let at = disabled.then(|| act.at.unix_timestamp());
        let other = match disabled {
            true => account::Column::DisabledAt.is_null(),
            false => account::Column::DisabledAt.is_not_null(),
        };
        let changed = account::Entity::update_many()
            .col_expr(account::Column::DisabledAt, Expr::value(at))
            .filter(account::Column::Id.eq(account.0))
            .filter(other)
            .exec(&transaction)
            .await?;
        if changed.rows_affected == 0 {
            return Ok(false);
        }
        if disabled {
            close_sessions(&transaction, account, None).await?;
        }
        let action = match disabled {
            true => Action::AccountDisabled,
            false => Action::AccountEnabled,
        };
        note(&transaction, action, account.0.to_string(), act).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Whether an account is turned off.
    pub async fn is_account_disabled(&self, account: AccountId) -> Result<bool, StoreError> {
        let row = account::Entity::find_by_id(account.0)
            .filter(account::Column::DisabledAt.is_not_null())
            .one(&self.db)
            .await?;
        Ok(row.is_some())
    }

    /// Makes the person of an account an administrator, or takes the role away. Returns `false` if it is so already or the
    /// account is gone. [`StoreError::Unverified`] if nobody has shown that they read the mail of its address.
    pub async fn set_administrator(
        &self,
        account: AccountId,
        administrator: bool,
        act: Act,
    ) -> Result<bool, StoreError> {
        let transaction = self.write().await?;
        let row = account::Entity::find_by_id(account.0).one(&transaction).await?;
        if administrator && row.is_some_and(|row| !is_verified(&row.email_folded)) {
            return Err(StoreError::Unverified);
        }
        let changed = account::Entity::update_many()
            .col_expr(account::Column::Administrator, Expr::value(administrator))
            .filter(account::Column::Id.eq(account.0))
            .filter(account::Column::Administrator.eq(!administrator))
            .exec(&transaction)
            .await?;
        if changed.rows_affected == 0 {
            return Ok(false);
        }
        let action = match administrator {
            true => Action::AdministratorAdded,
            false => Action::AdministratorRemoved,
        };
        note(&transaction, action, account.0.to_string(), act).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Whether the person of an account administers the relay. Nobody does whose account is turned off or not verified.
    pub async fn is_administrator(&self, account: AccountId) -> Result<bool, StoreError> {
        let row = find_administrator(account).one(&self.db).await?;
        Ok(row.is_some_and(|row| is_verified(&row.email_folded)))
    }

    /// Deletes an account as [`Store::delete_account`] does, and notes it. Returns `false` if it is gone already.
    pub async fn delete_account_of(&self, account: AccountId, act: Act) -> Result<bool, StoreError> {
        let transaction = self.write().await?;
        if !remove_account(&transaction, account).await? {
            return Ok(false);
        }
        note(&transaction, Action::AccountDeleted, account.0.to_string(), act).await?;
        transaction.commit().await?;
        self.scrub().await;
        Ok(true)
    }

    /// Removes everything that an account signs in with but its password: one-time codes, recovery codes, passkeys; and API
    /// keys and sessions, which somebody else may have opened. A link with a sign-in provider stays, as it may be the only way in. Returns
    /// `false` if there is no such account.
    pub async fn reset_second_factor(&self, account: AccountId, act: Act) -> Result<bool, StoreError> {
        let transaction = self.write().await?;
        let row = account::Entity::find_by_id(account.0).lock_exclusive();
        if row.one(&transaction).await?.is_none() {
            return Ok(false);
        }
        one_time_password::Entity::delete_many()
            .filter(one_time_password::Column::AccountId.eq(account.0))
            .exec(&transaction)
            .await?;
        close_other_ways_in(&transaction, account).await?;
        delete_drafts(&transaction, account).await?;
        note(&transaction, Action::SecondFactorReset, account.0.to_string(), act).await?;
        transaction.commit().await?;
        self.scrub().await;
        Ok(true)
    }

    /// Stores a code that the operator prints, as [`Store::put_password_reset`] does, and notes it.
    pub async fn put_printed_reset(
        &self,
        account: AccountId,
        hash: CodeHash,
        limits: (u32, OffsetDateTime),
        act: Act,
    ) -> Result<(), StoreError> {
        let transaction = self.write().await?;
        insert_reset(&transaction, account, hash, limits).await?;
        note(&transaction, Action::ResetCodePrinted, account.0.to_string(), act).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The operator's log, the newest first. Leaves out the first `skipped` entries, and returns `most` at most.
    pub async fn operator_log(&self, skipped: u64, most: u64) -> Result<Vec<LogEntry>, StoreError> {
        let rows = operator_log::Entity::find()
            .order_by_desc(operator_log::Column::Id)
            .offset(skipped)
            .limit(most)
            .all(&self.db)
            .await?;
        let entry = |row: operator_log::Model| {
            Ok(LogEntry {
                at: read_time(row.at)?,
                action: row.action,
                subject: row.subject,
                administrator: row.administrator.map(AccountId),
            })
        };
        rows.into_iter().map(entry).collect()
    }

    /// The number of entries in the operator's log.
    pub async fn operator_log_length(&self) -> Result<u64, StoreError> {
        Ok(operator_log::Entity::find().count(&self.db).await?)
    }
}
