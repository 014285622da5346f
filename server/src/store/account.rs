//! Stores accounts and the credentials they sign in with.

pub use app::id::AccountId;
use app::{address::EmailAddress, id::MailboxId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use time::OffsetDateTime;

use super::{Store, StoreError, claim::claim, entity::account, mailbox::insert_mailbox, stored::read_address};

/// The stored data that signing in is checked against.
pub struct Credentials {
    /// The account.
    pub account: AccountId,
    /// PHC string of argon2id.
    pub password_hash: String,
}

impl Store {
    /// Makes an account with its first mailbox, unverified. It only claims the address (see [`super::claim`]): nobody signs in with it
    /// before the mailbox is verified, and whether it is somebody's already makes no difference here.
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

    /// The credentials of the account that signs in with this address; `None` before the address is proved.
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
        email.as_deref().map(read_address).transpose()
    }
}

pub(super) async fn insert_account(
    transaction: &sea_orm::DatabaseTransaction,
    email: &EmailAddress,
    password_hash: String,
    now: OffsetDateTime,
) -> Result<(AccountId, MailboxId), StoreError> {
    let mut of = [0; 16];
    getrandom::fill(&mut of)?;
    let row = account::ActiveModel {
        email: Set(email.to_string()),
        email_folded: Set(claim(email, &hex::encode(of))),
        password_hash: Set(password_hash),
        created_at: Set(now.unix_timestamp()),
        ..Default::default()
    };
    let account = AccountId(account::Entity::insert(row).exec(transaction).await?.last_insert_id);
    let mailbox = insert_mailbox(transaction, account, email, now).await?;
    Ok((account, mailbox))
}
