//! Stores the public parts of passkeys, and hashes of open challenges. It signs nobody in.

use app::id::PasskeyId;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, sea_query::Expr};
use time::OffsetDateTime;

use super::{
    AccountId, Store, StoreError,
    entity::{challenge, passkey},
    stored::read_time,
};

/// SHA-256 of a challenge.
pub type ChallengeHash = [u8; 32];

/// A passkey to store.
pub struct NewPasskey {
    /// The authenticator's identifier for it.
    pub credential_id: Vec<u8>,
    /// COSE number of its algorithm.
    pub algorithm: i32,
    /// Its public key, in the form that the verification of its algorithm takes.
    pub public_key: Vec<u8>,
    /// Its signature counter.
    pub counter: u32,
    /// The person's name for it.
    pub name: String,
}

/// A stored passkey.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// Its id.
    pub id: PasskeyId,
    /// The account that it belongs to.
    pub account: AccountId,
    /// The authenticator's identifier for it.
    pub credential_id: Vec<u8>,
    /// COSE number of its algorithm.
    pub algorithm: i32,
    /// Its public key.
    pub public_key: Vec<u8>,
    /// Its signature counter when it was last used.
    pub counter: u32,
    /// The person's name for it.
    pub name: String,
    /// When it was added.
    pub added: OffsetDateTime,
    /// When it was last used.
    pub last_used: Option<OffsetDateTime>,
}

impl Store {
    /// Returns the account's passkeys, oldest first.
    pub async fn passkeys(&self, account: AccountId) -> Result<Vec<Passkey>, StoreError> {
        let rows = passkey::Entity::find()
            .filter(passkey::Column::AccountId.eq(account.0))
            .order_by_asc(passkey::Column::Id)
            .all(&self.db)
            .await?;
        rows.into_iter().map(Passkey::of).collect()
    }

    /// Returns how many passkeys the account has.
    pub async fn count_passkeys(&self, account: AccountId) -> Result<u64, StoreError> {
        Ok(passkey::Entity::find()
            .filter(passkey::Column::AccountId.eq(account.0))
            .count(&self.db)
            .await?)
    }

    /// Returns the passkey with this identifier, of any account.
    pub async fn passkey(&self, credential_id: &[u8]) -> Result<Option<Passkey>, StoreError> {
        let row = passkey::Entity::find()
            .filter(passkey::Column::CredentialId.eq(credential_id.to_vec()))
            .one(&self.db)
            .await?;
        row.map(Passkey::of).transpose()
    }

    /// Stores a passkey. Returns [`StoreError::Taken`] if its identifier is known already.
    pub async fn add_passkey(
        &self,
        account: AccountId,
        new: NewPasskey,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let row = passkey::ActiveModel {
            account_id: Set(account.0),
            credential_id: Set(new.credential_id),
            algorithm: Set(new.algorithm),
            public_key: Set(new.public_key),
            counter: Set(new.counter.into()),
            name: Set(new.name),
            created_at: Set(now.unix_timestamp()),
            last_used_at: Set(None),
            ..Default::default()
        };
        passkey::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Records a use of a passkey. Returns `false` if another use has changed its counter in between.
    pub async fn use_passkey(&self, used: &Passkey, counter: u32, now: OffsetDateTime) -> Result<bool, StoreError> {
        let updated = passkey::Entity::update_many()
            .col_expr(passkey::Column::Counter, Expr::value(i64::from(counter)))
            .col_expr(passkey::Column::LastUsedAt, Expr::value(now.unix_timestamp()))
            .filter(passkey::Column::Id.eq(used.id.0))
            .filter(passkey::Column::Counter.eq(i64::from(used.counter)))
            .exec(&self.db)
            .await?;
        Ok(updated.rows_affected == 1)
    }

    /// Deletes one of the account's passkeys. Returns `false` if the account has no such passkey.
    pub async fn remove_passkey(&self, account: AccountId, id: PasskeyId) -> Result<bool, StoreError> {
        let deleted = passkey::Entity::delete_many()
            .filter(passkey::Column::Id.eq(id.0))
            .filter(passkey::Column::AccountId.eq(account.0))
            .exec(&self.db)
            .await?;
        Ok(deleted.rows_affected == 1)
    }

    /// Stores a challenge until it is answered or `expires`. It is for a new passkey of `account`, or for signing in.
    pub async fn put_challenge(
        &self,
        hash: ChallengeHash,
        account: Option<AccountId>,
        expires: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let row = challenge::ActiveModel {
            challenge_hash: Set(hash.to_vec()),
            account_id: Set(account.map(|account| account.0)),
            expires_at: Set(expires.unix_timestamp()),
        };
        challenge::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Uses a challenge. Returns `false` if there is none of that purpose.
    pub async fn take_challenge(
        &self,
        hash: ChallengeHash,
        account: Option<AccountId>,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let whose = match account {
            Some(account) => challenge::Column::AccountId.eq(account.0),
            None => challenge::Column::AccountId.is_null(),
        };
        let taken = challenge::Entity::delete_many()
            .filter(challenge::Column::ChallengeHash.eq(hash.to_vec()))
            .filter(challenge::Column::ExpiresAt.gt(now.unix_timestamp()))
            .filter(whose)
            .exec(&self.db)
            .await?;
        Ok(taken.rows_affected == 1)
    }
}

impl Passkey {
    fn of(row: passkey::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: PasskeyId(row.id),
            account: AccountId(row.account_id),
            credential_id: row.credential_id,
            algorithm: row.algorithm,
            public_key: row.public_key,
            counter: u32::try_from(row.counter).map_err(|_| StoreError::Damaged("passkey"))?,
            name: row.name,
            added: read_time(row.created_at)?,
            last_used: row.last_used_at.map(read_time).transpose()?,
        })
    }
}
