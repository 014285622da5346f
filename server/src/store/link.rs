//! Links accounts with identities at the sign-in provider: as a person asks in a session, the operator with a command, or with a new
//! account.

use app::{address::EmailAddress, id::MailboxId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use time::OffsetDateTime;

use super::{
    AccountId, Store, StoreError,
    account::insert_account,
    claim::prove,
    entity::{account, session},
    invitation::{InvitationHash, take},
    linked_identity::{Identity, forget_password, insert, lock, remove, set},
    operator::{Act, Action, note},
    session::{TokenHash, close_sessions},
};

impl Store {
    /// Links the account of a session with an identity. Returns [`StoreError::Taken`] if either is linked already, and
    /// [`StoreError::Gone`] if the session has ended: a replaced password must end what was begun before.
    pub async fn link_identity(
        &self,
        account: AccountId,
        session: TokenHash,
        identity: &Identity,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let transaction = self.write().await?;
        lock(&transaction, account).await?;
        let open = session::Entity::find_by_id(session.0.to_vec())
            .filter(session::Column::AccountId.eq(account.0))
            .filter(session::Column::ExpiresAt.gt(now.unix_timestamp()))
            .one(&transaction)
            .await?;
        open.ok_or(StoreError::Gone)?;
        insert(&transaction, account, identity, now).await?;
        set(&transaction, account, (account::Column::LinkByAddress, true)).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Links an account with an identity, as the operator says, and notes it. Returns [`StoreError::Taken`] if either is linked
    /// already, and [`StoreError::Gone`] if there is no such account.
    pub async fn link_identity_for(&self, account: AccountId, identity: &Identity, act: Act) -> Result<(), StoreError> {
        let transaction = self.write().await?;
        lock(&transaction, account).await?;
        insert(&transaction, account, identity, act.at()).await?;
        note(&transaction, Action::IdentityLinked, account.0.to_string(), act).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Unlinks an account from a provider, as the operator says, and notes it, also if it is the only way in. All sessions end. From then on
    /// its person or the operator links it. Returns `false` if it was not linked.
    pub async fn unlink_identity_for(&self, account: AccountId, issuer: &str, act: Act) -> Result<bool, StoreError> {
        let transaction = self.write().await?;
        lock(&transaction, account).await?;
        if !remove(&transaction, account, issuer).await? {
            return Ok(false);
        }
        close_sessions(&transaction, account, None).await?;
        note(&transaction, Action::IdentityUnlinked, account.0.to_string(), act).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Creates an account whose address the provider has verified, linked with the identity, and uses the invitation if there is one. Nobody
    /// knows its password. Returns [`StoreError::Taken`] if the address belongs to an account, or the identity is linked already, and
    /// [`StoreError::Gone`] if there is no such invitation. If no account is created, the invitation stays.
    pub async fn create_linked_account(
        &self,
        email: &EmailAddress,
        unknown_password: String,
        identity: &Identity,
        invitation: Option<InvitationHash>,
        now: OffsetDateTime,
    ) -> Result<(AccountId, MailboxId), StoreError> {
        let transaction = self.write().await?;
        if let Some(invitation) = invitation {
            take(&transaction, invitation, now).await?;
        }
        let (account, mailbox) = insert_account(&transaction, email, unknown_password, now).await?;
        if !prove(&transaction, mailbox, now).await? {
            return Err(StoreError::Taken);
        }
        forget_password(&transaction, account).await?;
        insert(&transaction, account, identity, now).await?;
        transaction.commit().await?;
        Ok((account, mailbox))
    }
}
