//! Stores the keyed hash of a mailbox's verification code, and limits the tries.

use std::collections::HashMap;

use app::{api::mailbox::CodeMail, id::MailboxId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use time::OffsetDateTime;

use super::{AccountId, Store, StoreError, claim::prove, entity::code, stored::mailboxes_of};

/// The keyed hash of a code.
pub type CodeHash = [u8; 16];

/// The outcome of trying a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeTry {
    /// The code is right and nobody else owns the address. The mailbox is verified and the code deleted.
    Verified,
    /// The code is wrong, or somebody else owns the address by now.
    Wrong {
        /// How many tries are left.
        tries_left: u32,
    },
    /// There is no code, it has expired, or it was tried too often.
    Void,
}

impl Store {
    /// Stores a code. The previous one becomes void.
    pub async fn put_code(
        &self,
        mailbox: MailboxId,
        hash: CodeHash,
        tries: u32,
        expires: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let row = code::ActiveModel {
            mailbox_id: Set(mailbox.0),
            code_hash: Set(hash.to_vec()),
            expires_at: Set(expires.unix_timestamp()),
            tries_left: Set(i32::try_from(tries).unwrap_or(i32::MAX)),
            is_reached: Set(None),
        };
        let replace = OnConflict::column(code::Column::MailboxId)
            .update_columns([
                code::Column::CodeHash,
                code::Column::ExpiresAt,
                code::Column::TriesLeft,
                code::Column::IsReached,
            ])
            .to_owned();
        code::Entity::insert(row)
            .on_conflict(replace)
            .exec_without_returning(&self.db)
            .await?;
        Ok(())
    }

    /// Stores whether the next hop could be reached for the mail with a code. Once it was, that stays: later attempts depend on what
    /// it said of the mailbox. Returns `false` if the code was used, replaced or deleted meanwhile or has expired, so that nobody
    /// waits for its mail any more.
    pub async fn note_code_mail(
        &self,
        mailbox: MailboxId,
        hash: CodeHash,
        is_reached: bool,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let reached = Expr::case(code::Column::IsReached.eq(true), true).finally(is_reached);
        let noted = code::Entity::update_many()
            .col_expr(code::Column::IsReached, reached.into())
            .filter(code::Column::ExpiresAt.gt(now.unix_timestamp()))
            .filter(code::Column::MailboxId.eq(mailbox.0))
            .filter(code::Column::CodeHash.eq(hash.to_vec()))
            .exec(&self.db)
            .await?;
        Ok(noted.rows_affected > 0)
    }

    /// Returns the state of the mails with the account's codes that are valid still.
    pub async fn code_mails(
        &self,
        account: AccountId,
        now: OffsetDateTime,
    ) -> Result<HashMap<MailboxId, CodeMail>, StoreError> {
        let rows = code::Entity::find()
            .filter(code::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .filter(code::Column::ExpiresAt.gt(now.unix_timestamp()))
            .all(&self.db)
            .await?;
        let state = |is_reached| match is_reached {
            None => CodeMail::UnderWay,
            Some(true) => CodeMail::Reached,
            Some(false) => CodeMail::Delayed,
        };
        Ok(rows
            .iter()
            .map(|row| (MailboxId(row.mailbox_id), state(row.is_reached)))
            .collect())
    }

    /// Tries a code. The try is counted before the code is compared, so that parallel tries do not get more of them.
    pub async fn try_code(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        hash: CodeHash,
        now: OffsetDateTime,
    ) -> Result<CodeTry, StoreError> {
        let transaction = self.write().await?;
        let counted = code::Entity::update_many()
            .col_expr(code::Column::TriesLeft, Expr::col(code::Column::TriesLeft).sub(1))
            .filter(code::Column::MailboxId.eq(mailbox.0))
            .filter(code::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .filter(code::Column::TriesLeft.gt(0))
            .filter(code::Column::ExpiresAt.gt(now.unix_timestamp()))
            .exec(&transaction)
            .await?;
        if counted.rows_affected == 0 {
            return Ok(CodeTry::Void);
        }
        let Some(row) = code::Entity::find_by_id(mailbox.0).one(&transaction).await? else {
            return Ok(CodeTry::Void);
        };
        let right = row.code_hash == hash && prove(&transaction, mailbox, now).await?;
        if right {
            code::Entity::delete_by_id(mailbox.0).exec(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(match right {
            true => CodeTry::Verified,
            false => CodeTry::Wrong {
                tries_left: u32::try_from(row.tries_left).unwrap_or(0),
            },
        })
    }
}
