//! Stores accounts and the credentials that people sign in with.

pub use app::id::AccountId;
use app::{address::EmailAddress, id::MailboxId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use time::OffsetDateTime;

use super::{Store, StoreError, claim::claim, entity::account, mailbox::insert_mailbox, stored::read_address};

/// Stored credentials that a sign-in is checked against.
pub struct Credentials {
    /// The account.
    pub account: AccountId,
    /// The argon2id hash as a PHC string.
    pub password_hash: String,
}

impl Store {
    /// Creates an account with its first, unverified mailbox. The account only claims the address (see
    /// [`super::claim`]). Nobody can sign in with it before the mailbox is verified, so another account with the same
    /// address makes no difference here.
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

    /// Returns the credentials of the account that signs in with this address, or `None` before the address is
    /// verified.
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

    /// Returns the address that the account was created with.
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
