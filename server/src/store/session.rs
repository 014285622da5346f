//! Sessions. Only the hash of a token is stored; whoever reads the database cannot sign in with what is there.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use time::{Duration, OffsetDateTime};

use super::{AccountId, Store, StoreError, entity::session};

/// SHA-256 of a session's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenHash(pub [u8; 32]);

/// A session that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who is signed in.
    pub account: AccountId,
    /// Whether its end was moved by this look-up, so that the cookie's end must be moved, too.
    pub renewed: bool,
}

/// A session's end is moved at most this often: not every page view needs a write.
const RENEWAL: Duration = Duration::hours(12);

impl Store {
    /// Opens a session that ends `lifetime` after it was last used.
    pub async fn open_session(
        &self,
        account: AccountId,
        token: TokenHash,
        now: OffsetDateTime,
        lifetime: Duration,
    ) -> Result<(), StoreError> {
        let row = session::ActiveModel {
            token_hash: Set(token.0.to_vec()),
            account_id: Set(account.0),
            created_at: Set(now.unix_timestamp()),
            last_seen_at: Set(now.unix_timestamp()),
            expires_at: Set((now + lifetime).unix_timestamp()),
        };
        session::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// The session of a token.
    pub async fn session(
        &self,
        token: TokenHash,
        now: OffsetDateTime,
        lifetime: Duration,
    ) -> Result<Option<Session>, StoreError> {
        let row = session::Entity::find_by_id(token.0.to_vec())
            .filter(session::Column::ExpiresAt.gt(now.unix_timestamp()))
            .one(&self.db)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let renewed = row.last_seen_at <= (now - RENEWAL).unix_timestamp();
        if renewed {
            session::Entity::update_many()
                .col_expr(session::Column::LastSeenAt, Expr::value(now.unix_timestamp()))
                .col_expr(
                    session::Column::ExpiresAt,
                    Expr::value((now + lifetime).unix_timestamp()),
                )
                .filter(session::Column::TokenHash.eq(token.0.to_vec()))
                .exec(&self.db)
                .await?;
        }
        Ok(Some(Session {
            account: AccountId(row.account_id),
            renewed,
        }))
    }

    /// Ends a session, if there is one.
    pub async fn close_session(&self, token: TokenHash) -> Result<(), StoreError> {
        session::Entity::delete_by_id(token.0.to_vec()).exec(&self.db).await?;
        Ok(())
    }
}
