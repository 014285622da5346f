//! Changes passwords, and stores the mailed codes that reset a forgotten one.

use app::{address::EmailAddress, id::MailboxId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict, Query},
};
use time::{Duration, OffsetDateTime};

use super::{
    AccountId, Store, StoreError,
    attempt::{AttemptKey, count},
    code::CodeHash,
    entity::{
        account, api_key, challenge, mailbox, one_time_password, passkey, password_reset, recovery_code,
        recovery_draft, round_trip,
    },
    linked_identity::unlink_all,
    session::hold_password,
    session::{TokenHash, close_sessions},
};

/// The outcome of trying a mailed code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetTry {
    /// The code is right. It stays valid until the password is replaced.
    Right,
    /// The code is wrong, expired, tried too often, or there is no account. These are not told apart.
    Wrong,
}

/// The key under which tries are counted if no code is out. It limits nobody.
pub const VAIN_TRY: AttemptKey = [0; 16];
const VAIN_TRIES: Duration = Duration::days(1);

/// The proof for a password reset. Either is valid once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetProof {
    /// The mailed code.
    Mailed(CodeHash),
    /// A recovery code.
    Paper(CodeHash),
}

impl Store {
    /// Returns the account's password hash as a PHC string.
    pub async fn password_hash(&self, account: AccountId) -> Result<Option<String>, StoreError> {
        let row = account::Entity::find_by_id(account.0).one(&self.db).await?;
        Ok(row.map(|row| row.password_hash))
    }

    /// Replaces a known password and ends all sessions except `kept`. A mailed code and everything that waits to come
    /// into force become void. Passkeys, recovery codes and API keys stay. Returns [`StoreError::Gone`] if the password
    /// has changed since its hash was verified.
    pub async fn change_password(
        &self,
        account: AccountId,
        verified: &str,
        hash: String,
        kept: TokenHash,
    ) -> Result<(), StoreError> {
        let transaction = self.write().await?;
        hold_password(&transaction, account, verified).await?;
        put_hash(&transaction, account, hash).await?;
        close_sessions(&transaction, account, Some(kept)).await?;
        delete_drafts(&transaction, account).await?;
        transaction.commit().await?;
        self.scrub().await;
        Ok(())
    }

    /// Replaces a forgotten password. Returns `false` and changes nothing if the proof is gone. All sessions, passkeys,
    /// recovery codes, API keys and links with a sign-in provider become void, because somebody with the old password may have created other ways in.
    pub async fn reset_password(
        &self,
        account: AccountId,
        proof: ResetProof,
        hash: String,
    ) -> Result<bool, StoreError> {
        let transaction = self.write().await?;
        put_hash(&transaction, account, hash).await?;
        if !take(&transaction, account, proof).await? {
            return Ok(false);
        }
        delete_drafts(&transaction, account).await?;
        close_other_ways_in(&transaction, account).await?;
        unlink_all(&transaction, account).await?;
        transaction.commit().await?;
        self.scrub().await;
        Ok(true)
    }

    /// Returns the mailbox that the account's code is mailed to. It is the mailbox whose address the account signs in
    /// with, not the default mailbox. Somebody at an open session could add a mailbox and make it the default, but
    /// cannot change this one. Returns `None` if there is no such account or its mailbox is not verified.
    pub async fn recovery_mailbox(&self, email: &EmailAddress) -> Result<Option<(AccountId, MailboxId)>, StoreError> {
        let signs_in = Query::select()
            .column(account::Column::Id)
            .from(account::Entity)
            .and_where(account::Column::EmailFolded.eq(email.folded()))
            .to_owned();
        let row = mailbox::Entity::find()
            .filter(mailbox::Column::AccountId.in_subquery(signs_in))
            .filter(mailbox::Column::AddressFolded.eq(email.folded()))
            .filter(mailbox::Column::VerifiedAt.is_not_null())
            .one(&self.db)
            .await?;
        Ok(row.map(|row| (AccountId(row.account_id), MailboxId(row.id))))
    }

    /// Stores a mailed code. The previous one becomes void.
    pub async fn put_password_reset(
        &self,
        account: AccountId,
        hash: CodeHash,
        tries: u32,
        expires: OffsetDateTime,
    ) -> Result<(), StoreError> {
        insert_reset(&self.db, account, hash, (tries, expires)).await
    }

    /// Tries a mailed code. The try is counted before the code is compared, so that parallel tries do not get more of
    /// them.
    pub async fn try_password_reset(
        &self,
        account: AccountId,
        hash: CodeHash,
        now: OffsetDateTime,
    ) -> Result<ResetTry, StoreError> {
        let transaction = self.write().await?;
        let right = count_and_compare(&transaction, account, hash, now).await?;
        transaction.commit().await?;
        Ok(match right {
            true => ResetTry::Right,
            false => ResetTry::Wrong,
        })
    }
}

pub(super) async fn insert_reset(
    db: &impl ConnectionTrait,
    account: AccountId,
    hash: CodeHash,
    (tries, expires): (u32, OffsetDateTime),
) -> Result<(), StoreError> {
    let row = password_reset::ActiveModel {
        account_id: Set(account.0),
        code_hash: Set(hash.to_vec()),
        expires_at: Set(expires.unix_timestamp()),
        tries_left: Set(i32::try_from(tries).unwrap_or(i32::MAX)),
    };
    let replace = OnConflict::column(password_reset::Column::AccountId)
        .update_columns([
            password_reset::Column::CodeHash,
            password_reset::Column::ExpiresAt,
            password_reset::Column::TriesLeft,
        ])
        .to_owned();
    password_reset::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

async fn put_hash(db: &impl ConnectionTrait, account: AccountId, hash: String) -> Result<(), StoreError> {
    account::Entity::update_many()
        .col_expr(account::Column::PasswordHash, Expr::value(hash))
        .col_expr(account::Column::HasPassword, Expr::value(true))
        .filter(account::Column::Id.eq(account.0))
        .exec(db)
        .await?;
    Ok(())
}

/// Uses a proof. Returns `false` if it is gone.
async fn take(db: &impl ConnectionTrait, account: AccountId, proof: ResetProof) -> Result<bool, StoreError> {
    let taken = match proof {
        ResetProof::Mailed(code) => {
            password_reset::Entity::delete_by_id(account.0)
                .filter(password_reset::Column::CodeHash.eq(code.to_vec()))
                .exec(db)
                .await?
        }
        ResetProof::Paper(code) => {
            recovery_code::Entity::delete_by_id(code.to_vec())
                .filter(recovery_code::Column::AccountId.eq(account.0))
                .exec(db)
                .await?
        }
    };
    Ok(taken.rows_affected == 1)
}

/// Deletes everything that could still become a way in: the mailed code, recovery codes and a one-time password secret
/// that are not in force yet, challenges for a new passkey, and trips to the sign-in provider.
pub(super) async fn delete_drafts(db: &impl ConnectionTrait, account: AccountId) -> Result<(), StoreError> {
    password_reset::Entity::delete_by_id(account.0).exec(db).await?;
    recovery_draft::Entity::delete_by_id(account.0).exec(db).await?;
    one_time_password::Entity::delete_by_id(account.0)
        .filter(one_time_password::Column::ConfirmedAt.is_null())
        .exec(db)
        .await?;
    challenge::Entity::delete_many()
        .filter(challenge::Column::AccountId.eq(account.0))
        .exec(db)
        .await?;
    round_trip::Entity::delete_many()
        .filter(round_trip::Column::AccountId.eq(account.0))
        .exec(db)
        .await?;
    Ok(())
}

async fn count_and_compare(
    db: &impl ConnectionTrait,
    account: AccountId,
    hash: CodeHash,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let counted = password_reset::Entity::update_many()
        .col_expr(
            password_reset::Column::TriesLeft,
            Expr::col(password_reset::Column::TriesLeft).sub(1),
        )
        .filter(password_reset::Column::AccountId.eq(account.0))
        .filter(password_reset::Column::TriesLeft.gt(0))
        .filter(password_reset::Column::ExpiresAt.gt(now.unix_timestamp()))
        .exec(db)
        .await?;
    // Both cases write one row and look up one. The time must not tell whose code is out, because that tells who has an
    // account.
    if counted.rows_affected == 0 {
        count(db, &VAIN_TRY, 1, VAIN_TRIES, now).await?;
    }
    let row = password_reset::Entity::find_by_id(account.0).one(db).await?;
    Ok(counted.rows_affected == 1 && row.is_some_and(|row| row.code_hash == hash))
}

/// Ends all sessions of an account, and removes its recovery codes, passkeys and API keys: somebody else may have made them.
pub(super) async fn close_other_ways_in(db: &impl ConnectionTrait, account: AccountId) -> Result<(), StoreError> {
    close_sessions(db, account, None).await?;
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::AccountId.eq(account.0))
        .exec(db)
        .await?;
    passkey::Entity::delete_many()
        .filter(passkey::Column::AccountId.eq(account.0))
        .exec(db)
        .await?;
    api_key::Entity::delete_many()
        .filter(api_key::Column::AccountId.eq(account.0))
        .exec(db)
        .await?;
    Ok(())
}
