//! Stores the keyed hash of the code in a profile's last test message, and limits the tries.

use app::id::ProfileId;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use time::OffsetDateTime;

use super::{StoreError, code::CodeHash, entity::test_code};

/// The stored form of a new code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewTestCode {
    /// Its keyed hash.
    pub hash: CodeHash,
    /// How many tries are allowed.
    pub tries: u32,
    /// When it expires.
    pub expires: OffsetDateTime,
}

/// The outcome of trying a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeMatch {
    /// The code is right, and is deleted.
    Right,
    /// The code is wrong.
    Wrong {
        /// How many tries are left.
        tries_left: u32,
    },
    /// There is no code, it has expired, or it was tried too often.
    Void,
}

/// Stores the code of a new test message, or none. The previous code becomes void.
pub(super) async fn replace(
    db: &DatabaseTransaction,
    profile: ProfileId,
    code: Option<NewTestCode>,
) -> Result<(), StoreError> {
    let Some(code) = code else {
        test_code::Entity::delete_by_id(profile.0).exec(db).await?;
        return Ok(());
    };
    let row = test_code::ActiveModel {
        profile_id: Set(profile.0),
        code_hash: Set(code.hash.to_vec()),
        expires_at: Set(code.expires.unix_timestamp()),
        tries_left: Set(i32::try_from(code.tries).unwrap_or(i32::MAX)),
    };
    let replace = OnConflict::column(test_code::Column::ProfileId)
        .update_columns([
            test_code::Column::CodeHash,
            test_code::Column::ExpiresAt,
            test_code::Column::TriesLeft,
        ])
        .to_owned();
    test_code::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Counts a try, then compares the code.
pub(super) async fn attempt(
    db: &DatabaseTransaction,
    profile: ProfileId,
    hash: CodeHash,
    now: OffsetDateTime,
) -> Result<CodeMatch, StoreError> {
    let counted = test_code::Entity::update_many()
        .col_expr(
            test_code::Column::TriesLeft,
            Expr::col(test_code::Column::TriesLeft).sub(1),
        )
        .filter(test_code::Column::ProfileId.eq(profile.0))
        .filter(test_code::Column::TriesLeft.gt(0))
        .filter(test_code::Column::ExpiresAt.gt(now.unix_timestamp()))
        .exec(db)
        .await?;
    if counted.rows_affected == 0 {
        return Ok(CodeMatch::Void);
    }
    let Some(row) = test_code::Entity::find_by_id(profile.0).one(db).await? else {
        return Ok(CodeMatch::Void);
    };
    if row.code_hash != hash {
        let tries_left = u32::try_from(row.tries_left).unwrap_or(0);
        return Ok(CodeMatch::Wrong { tries_left });
    }
    test_code::Entity::delete_by_id(profile.0).exec(db).await?;
    Ok(CodeMatch::Right)
}

/// Removes codes that have expired.
pub(super) async fn delete_expired(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<(), StoreError> {
    test_code::Entity::delete_many()
        .filter(test_code::Column::ExpiresAt.lte(now.unix_timestamp()))
        .exec(db)
        .await?;
    Ok(())
}
