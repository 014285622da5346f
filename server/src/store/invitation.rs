//! Stores hashes of invitation codes, each valid for one account.

use app::{address::EmailAddress, id::MailboxId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use time::OffsetDateTime;

use super::{AccountId, Store, StoreError, account::insert_account, entity::invitation};

/// SHA-256 of an invitation code, which is random enough to resist guessing.
pub type InvitationHash = [u8; 32];

impl Store {
    /// Stores an invitation.
    pub async fn add_invitation(&self, hash: InvitationHash, expires: OffsetDateTime) -> Result<(), StoreError> {
        let row = invitation::ActiveModel {
            code_hash: Set(hash.to_vec()),
            expires_at: Set(expires.unix_timestamp()),
        };
        invitation::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Creates an account like [`Store::create_account`] and uses the invitation. Returns [`StoreError::Gone`] if there
    /// is none. If no account is created, the invitation stays.
    pub async fn create_invited_account(
        &self,
        invitation: InvitationHash,
        email: &EmailAddress,
        password_hash: String,
        now: OffsetDateTime,
    ) -> Result<(AccountId, MailboxId), StoreError> {
        let transaction = self.write().await?;
        let used = invitation::Entity::delete_many()
            .filter(invitation::Column::CodeHash.eq(invitation.to_vec()))
            .filter(invitation::Column::ExpiresAt.gt(now.unix_timestamp()))
            .exec(&transaction)
            .await?;
        if used.rows_affected == 0 {
            return Err(StoreError::Gone);
        }
        let made = insert_account(&transaction, email, password_hash, now).await?;
        transaction.commit().await?;
        Ok(made)
    }
}
