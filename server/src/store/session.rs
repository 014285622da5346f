//! Stores sessions. Only the hash of a token is stored, so the database alone lets nobody sign in.

use app::id::PasskeyId;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use time::{Duration, OffsetDateTime};

use super::{
    AccountId, Store, StoreError,
    entity::{account, half_session, passkey, session},
    linked_identity::{Identity, use_identity},
    stored::read_time,
};

/// SHA-256 of a session's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenHash(pub [u8; 32]);

/// The proof on which a session is opened. It may have become void in the meantime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grounds {
    /// The password, by the hash that was verified.
    Password(String),
    /// A half session, which then ends.
    Half(TokenHash),
    /// A passkey.
    Passkey(PasskeyId),
    /// A sign-in at the provider.
    Provider {
        /// Who signed in there.
        identity: Identity,
        /// When the person last proved to the provider who they are, which may be long ago.
        proved: OffsetDateTime,
    },
}

/// A session that has not expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebSession {
    /// The signed-in account.
    pub account: AccountId,
    /// Whether this look-up extended the session, so that its cookie must be extended as well.
    pub renewed: bool,
    /// When the person last proved who they are, at the start or with the password later.
    pub proved: OffsetDateTime,
}

/// An entry in a person's list of sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSession {
    /// The hash of its token. It is never shown.
    pub token: TokenHash,
    /// Browser and system in a few words. May be empty.
    pub device: String,
    /// When it was opened.
    pub opened: OffsetDateTime,
    /// When it was last used, with the precision of [`SEEN`].
    pub last_seen: OffsetDateTime,
}

/// A session is extended at most this often, so that most page views need no write.
const RENEWAL: Duration = Duration::hours(12);
/// The precision of a session's last use.
pub const SEEN: Duration = Duration::minutes(10);

impl Store {
    /// Opens a session that expires `lifetime` after its last use. Returns [`StoreError::Gone`] if the grounds are
    /// void. A new password ends the sessions of the old one, and the old one opens no more.
    pub async fn open_session(
        &self,
        account: AccountId,
        grounds: &Grounds,
        token: TokenHash,
        now: OffsetDateTime,
        lifetime: Duration,
    ) -> Result<(), StoreError> {
        let proved = match grounds {
            Grounds::Provider { proved, .. } => std::cmp::min(*proved, now),
            _ => now,
        };
        let row = session::ActiveModel {
            token_hash: Set(token.0.to_vec()),
            account_id: Set(account.0),
            created_at: Set(now.unix_timestamp()),
            last_seen_at: Set(now.unix_timestamp()),
            expires_at: Set((now + lifetime).unix_timestamp()),
            device: Set(String::new()),
            proved_at: Set(proved.unix_timestamp()),
        };
        let transaction = self.write().await?;
        still(&transaction, account, grounds, now).await?;
        session::Entity::insert(row)
            .exec_without_returning(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Returns the session of a token.
    pub async fn session(
        &self,
        token: TokenHash,
        now: OffsetDateTime,
        lifetime: Duration,
    ) -> Result<Option<WebSession>, StoreError> {
        let row = session::Entity::find_by_id(token.0.to_vec())
            .filter(session::Column::ExpiresAt.gt(now.unix_timestamp()))
            .one(&self.db)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let is_noted = row.last_seen_at <= (now - SEEN).unix_timestamp();
        let renewed = is_noted && row.expires_at <= (now + lifetime - RENEWAL).unix_timestamp();
        if is_noted {
            let mut used = session::Entity::update_many()
                .col_expr(session::Column::LastSeenAt, Expr::value(now.unix_timestamp()))
                .filter(session::Column::TokenHash.eq(token.0.to_vec()));
            if renewed {
                let end = (now + lifetime).unix_timestamp();
                used = used.col_expr(session::Column::ExpiresAt, Expr::value(end));
            }
            used.exec(&self.db).await?;
        }
        Ok(Some(WebSession {
            account: AccountId(row.account_id),
            renewed,
            proved: read_time(row.proved_at)?,
        }))
    }

    /// Records the browser and system of a session.
    pub async fn describe_session(&self, token: TokenHash, device: &str) -> Result<(), StoreError> {
        session::Entity::update_many()
            .col_expr(session::Column::Device, Expr::value(device))
            .filter(session::Column::TokenHash.eq(token.0.to_vec()))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Records that the session's person has just proved who they are.
    pub async fn prove_session(&self, token: TokenHash, now: OffsetDateTime) -> Result<(), StoreError> {
        session::Entity::update_many()
            .col_expr(session::Column::ProvedAt, Expr::value(now.unix_timestamp()))
            .filter(session::Column::TokenHash.eq(token.0.to_vec()))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Returns the account's sessions that have not expired, the latest used first.
    pub async fn sessions(&self, account: AccountId, now: OffsetDateTime) -> Result<Vec<OpenSession>, StoreError> {
        let rows = session::Entity::find()
            .filter(session::Column::AccountId.eq(account.0))
            .filter(session::Column::ExpiresAt.gt(now.unix_timestamp()))
            .order_by_desc(session::Column::LastSeenAt)
            .order_by_desc(session::Column::CreatedAt)
            .all(&self.db)
            .await?;
        rows.into_iter().map(OpenSession::of).collect()
    }

    /// Ends the account's sessions except `kept`, and its half sessions.
    pub async fn close_other_sessions(&self, account: AccountId, kept: TokenHash) -> Result<(), StoreError> {
        close_sessions(&self.db, account, Some(kept)).await
    }

    /// Ends a session, if there is one.
    pub async fn close_session(&self, token: TokenHash) -> Result<(), StoreError> {
        session::Entity::delete_by_id(token.0.to_vec()).exec(&self.db).await?;
        Ok(())
    }
}

impl OpenSession {
    fn of(row: session::Model) -> Result<Self, StoreError> {
        let token = row.token_hash.try_into().map_err(|_| StoreError::Damaged("session"))?;
        Ok(Self {
            token: TokenHash(token),
            device: row.device,
            opened: read_time(row.created_at)?,
            last_seen: read_time(row.last_seen_at)?,
        })
    }
}

/// Returns [`StoreError::Gone`] unless the grounds still hold. It reads the account's row first, like everything that
/// voids grounds, so that one of the two waits for the other.
async fn still(
    db: &impl ConnectionTrait,
    account: AccountId,
    grounds: &Grounds,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let current = lock_password(db, account).await?;
    let holds = match grounds {
        Grounds::Password(verified) => current == *verified,
        Grounds::Half(token) => {
            let ended = half_session::Entity::delete_by_id(token.0.to_vec())
                .filter(half_session::Column::AccountId.eq(account.0))
                .exec(db)
                .await?;
            ended.rows_affected == 1
        }
        Grounds::Passkey(id) => {
            let row = passkey::Entity::find_by_id(id.0)
                .filter(passkey::Column::AccountId.eq(account.0))
                .one(db)
                .await?;
            row.is_some()
        }
        Grounds::Provider { identity, .. } => use_identity(db, account, identity, now).await?,
    };
    let on = account::Entity::find_by_id(account.0)
        .filter(account::Column::DisabledAt.is_null())
        .count(db)
        .await?;
    (holds && on == 1).then_some(()).ok_or(StoreError::Gone)
}

/// Ends the account's sessions except the one to keep, if any, and its half sessions.
pub(super) async fn close_sessions(
    db: &impl ConnectionTrait,
    account: AccountId,
    kept: Option<TokenHash>,
) -> Result<(), StoreError> {
    let mut ended = session::Entity::delete_many().filter(session::Column::AccountId.eq(account.0));
    if let Some(kept) = kept {
        ended = ended.filter(session::Column::TokenHash.ne(kept.0.to_vec()));
    }
    ended.exec(db).await?;
    half_session::Entity::delete_many()
        .filter(half_session::Column::AccountId.eq(account.0))
        .exec(db)
        .await?;
    Ok(())
}

/// Returns the account's password hash, and locks it until the transaction ends.
pub(super) async fn lock_password(db: &impl ConnectionTrait, account: AccountId) -> Result<String, StoreError> {
    let row = account::Entity::find_by_id(account.0).lock_exclusive().one(db).await?;
    row.map(|row| row.password_hash).ok_or(StoreError::Gone)
}

/// Returns [`StoreError::Gone`] unless the account's password hash is still the verified one.
pub(super) async fn hold_password(
    db: &impl ConnectionTrait,
    account: AccountId,
    verified: &str,
) -> Result<(), StoreError> {
    match lock_password(db, account).await? == verified {
        true => Ok(()),
        false => Err(StoreError::Gone),
    }
}
