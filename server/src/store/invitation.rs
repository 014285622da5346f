//! Stores hashes of invitation codes, each valid for one account.

use app::{address::EmailAddress, api::administration::InvitationName, id::MailboxId};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use time::OffsetDateTime;

use super::{
    AccountId, Store, StoreError,
    account::insert_account,
    entity::invitation,
    operator::{Act, Action, note},
    stored::read_time,
};

/// SHA-256 of an invitation code, which is random enough to resist guessing.
pub type InvitationHash = [u8; 32];

/// Octets of the hash in the name of an invitation: enough to tell a million apart.
const NAME: usize = 6;

/// An invitation that nobody has used yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenInvitation {
    /// Its name, which is not its code.
    pub name: InvitationName,
    /// When it expires.
    pub expires: OffsetDateTime,
}

/// Returns the name of the invitation with this hash.
pub fn name_of(hash: &[u8]) -> InvitationName {
    InvitationName(hash.iter().take(NAME).map(|octet| format!("{octet:02x}")).collect())
}

impl Store {
    /// Stores an invitation, and notes it.
    pub async fn add_invitation(
        &self,
        hash: InvitationHash,
        expires: OffsetDateTime,
        act: Act,
    ) -> Result<(), StoreError> {
        let row = invitation::ActiveModel {
            code_hash: Set(hash.to_vec()),
            expires_at: Set(expires.unix_timestamp()),
        };
        let transaction = self.write().await?;
        invitation::Entity::insert(row)
            .exec_without_returning(&transaction)
            .await?;
        note(&transaction, Action::InvitationCreated, name_of(&hash).0, act).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Returns the invitations that nobody has used and that have not expired, the first to expire first.
    pub async fn open_invitations(&self, now: OffsetDateTime) -> Result<Vec<OpenInvitation>, StoreError> {
        let rows = invitation::Entity::find()
            .filter(invitation::Column::ExpiresAt.gt(now.unix_timestamp()))
            .order_by_asc(invitation::Column::ExpiresAt)
            .all(&self.db)
            .await?;
        let open = |row: invitation::Model| {
            Ok(OpenInvitation {
                name: name_of(&row.code_hash),
                expires: read_time(row.expires_at)?,
            })
        };
        rows.into_iter().map(open).collect()
    }

    /// Deletes an open invitation, and notes it. Returns `false` if it was used, has expired or was never made.
    pub async fn revoke_invitation(&self, name: &InvitationName, act: Act) -> Result<bool, StoreError> {
        let transaction = self.write().await?;
        let rows = invitation::Entity::find()
            .filter(invitation::Column::ExpiresAt.gt(act.at().unix_timestamp()))
            .all(&transaction)
            .await?;
        let Some(row) = rows.into_iter().find(|row| name_of(&row.code_hash) == *name) else {
            return Ok(false);
        };
        invitation::Entity::delete_by_id(row.code_hash)
            .exec(&transaction)
            .await?;
        note(&transaction, Action::InvitationRevoked, name.0.clone(), act).await?;
        transaction.commit().await?;
        Ok(true)
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
        take(&transaction, invitation, now).await?;
        let made = insert_account(&transaction, email, password_hash, now).await?;
        transaction.commit().await?;
        Ok(made)
    }
}

/// Uses an invitation. [`StoreError::Gone`] if there is none.
pub(super) async fn take(
    db: &impl ConnectionTrait,
    invitation: InvitationHash,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let used = invitation::Entity::delete_many()
        .filter(invitation::Column::CodeHash.eq(invitation.to_vec()))
        .filter(invitation::Column::ExpiresAt.gt(now.unix_timestamp()))
        .exec(db)
        .await?;
    match used.rows_affected {
        0 => Err(StoreError::Gone),
        _ => Ok(()),
    }
}
