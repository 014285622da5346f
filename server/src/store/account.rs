//! Accounts: who signs in.

use app::{address::EmailAddress, api::account::MailboxId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use time::{Duration, OffsetDateTime};

use super::{
    Store, StoreError,
    entity::{account, mailbox},
    mailbox::insert_mailbox,
    stored_address,
};

/// How long an unverified claim to an address keeps others from it.
const CLAIM: Duration = Duration::hours(24);

/// Identifies an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AccountId(pub i64);

/// What signing in is checked against.
pub struct Credentials {
    /// The account.
    pub account: AccountId,
    /// PHC string of argon2id.
    pub password_hash: String,
}

impl Store {
    /// Makes an account with its first mailbox, unverified. [`StoreError::Taken`] where the address has an account or is a
    /// mailbox, unless that very address was never verified and the claim to it is older than a day.
    pub async fn create_account(
        &self,
        email: &EmailAddress,
        password_hash: String,
        now: OffsetDateTime,
    ) -> Result<(AccountId, MailboxId), StoreError> {
        let transaction = self.write().await?;
        let made = insert_account(&transaction, email, password_hash, now).await?;
        transaction.commit().await?;
        Ok(made)
    }

    /// What signing in with this address is checked against.
    pub async fn credentials(&self, email: &EmailAddress) -> Result<Option<Credentials>, StoreError> {
        let row = account::Entity::find()
            .filter(account::Column::EmailFolded.eq(email.folded()))
            .one(&self.db)
            .await?;
        Ok(row.map(|row| Credentials {
            account: AccountId(row.id),
            password_hash: row.password_hash,
        }))
    }

    /// The address that the account was made with.
    pub async fn account_email(&self, account: AccountId) -> Result<Option<EmailAddress>, StoreError> {
        let email: Option<String> = account::Entity::find_by_id(account.0)
            .select_only()
            .column(account::Column::Email)
            .into_tuple()
            .one(&self.db)
            .await?;
        email.as_deref().map(stored_address).transpose()
    }
}

pub(super) async fn insert_account(
    transaction: &sea_orm::DatabaseTransaction,
    email: &EmailAddress,
    password_hash: String,
    now: OffsetDateTime,
) -> Result<(AccountId, MailboxId), StoreError> {
    release_stale_claim(transaction, email, now).await?;
    let row = account::ActiveModel {
        email: Set(email.to_string()),
        email_folded: Set(email.folded()),
        password_hash: Set(password_hash),
        created_at: Set(now.unix_timestamp()),
        ..Default::default()
    };
    let account = AccountId(account::Entity::insert(row).exec(transaction).await?.last_insert_id);
    let mailbox = insert_mailbox(transaction, account, email, now).await?;
    Ok((account, mailbox))
}

/// Anybody can type an address that is not theirs; its owner must not be locked out by that for ever. An account stands and
/// falls with the mailbox that it was made with: another one that it verified proves nothing about this address.
pub(super) async fn release_stale_claim(
    db: &impl sea_orm::ConnectionTrait,
    address: &EmailAddress,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let stale = (now - CLAIM).unix_timestamp();
    let verified = sea_orm::sea_query::Query::select()
        .column(mailbox::Column::AccountId)
        .from(mailbox::Entity)
        .and_where(mailbox::Column::AddressFolded.eq(address.folded()))
        .and_where(mailbox::Column::VerifiedAt.is_not_null())
        .to_owned();
    account::Entity::delete_many()
        .filter(account::Column::EmailFolded.eq(address.folded()))
        .filter(account::Column::CreatedAt.lt(stale))
        .filter(account::Column::Id.not_in_subquery(verified))
        .exec(db)
        .await?;
    mailbox::Entity::delete_many()
        .filter(mailbox::Column::AddressFolded.eq(address.folded()))
        .filter(mailbox::Column::CreatedAt.lt(stale))
        .filter(mailbox::Column::VerifiedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}
