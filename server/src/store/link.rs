//! Links an account with an identity at the sign-in provider, as its person asks in a session.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use time::OffsetDateTime;

use super::{
    AccountId, Store, StoreError,
    entity::{account, session},
    linked_identity::{Identity, insert, lock, set},
    session::TokenHash,
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
}
