//! Stores claims to an address.
//!
//! Anybody can type somebody else's address. So any number of people may claim one, and nobody learns about the others.
//! The claim becomes ownership only when a mailed code has verified the address. Only then do the unique columns hold
//! it.

use app::{address::EmailAddress, id::MailboxId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    sea_query::{Expr, Query},
};
use time::{Duration, OffsetDateTime};

use super::{
    AccountId, StoreError,
    entity::{account, mailbox},
    stored::read_address,
};

/// How long an account waits for the verification of its address.
const LIFETIME: Duration = Duration::hours(24);

/// Returns the value of a unique column before the address is verified. `of` keeps claims apart. No folded address ends
/// like this, because a domain contains no space.
pub(super) fn claim(address: &EmailAddress, of: &str) -> String {
    format!("{} {of}", address.folded())
}

/// Whether the value of the column is a verified address, and not a claim.
pub(super) fn is_verified(folded: &str) -> bool {
    !folded.contains(' ')
}

/// Gives the address to the mailbox that claimed it, and to the account that was created with it. Returns `false` and
/// changes nothing if it belongs to somebody already.
pub(super) async fn prove(
    db: &impl ConnectionTrait,
    mailbox: MailboxId,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let Some(row) = mailbox::Entity::find_by_id(mailbox.0).one(db).await? else {
        return Ok(false);
    };
    let folded = read_address(&row.address)?.folded();
    let others = mailbox::Entity::find()
        .filter(mailbox::Column::AddressFolded.eq(&folded))
        .filter(mailbox::Column::Id.ne(mailbox.0))
        .count(db)
        .await?;
    if others > 0 {
        return Ok(false);
    }
    let proved = mailbox::Entity::update_many()
        .col_expr(mailbox::Column::VerifiedAt, Expr::value(now.unix_timestamp()))
        .col_expr(mailbox::Column::AddressFolded, Expr::value(folded.clone()))
        .filter(mailbox::Column::Id.eq(mailbox.0))
        .exec(db)
        .await?;
    // The mailbox is gone if its address was corrected at this moment.
    if proved.rows_affected == 0 {
        return Ok(false);
    }
    account::Entity::update_many()
        .col_expr(account::Column::EmailFolded, Expr::value(folded))
        .filter(account::Column::Id.eq(row.account_id))
        .filter(account::Column::Email.eq(row.address))
        .exec(db)
        .await?;
    Ok(true)
}

/// Lets an account that was created with `from`, and has not verified it, claim `to` instead.
pub(super) async fn claim_instead(
    db: &impl ConnectionTrait,
    account: AccountId,
    from: &str,
    to: &EmailAddress,
) -> Result<(), StoreError> {
    let mut of = [0; 16];
    getrandom::fill(&mut of)?;
    account::Entity::update_many()
        .col_expr(account::Column::Email, Expr::value(to.to_string()))
        .col_expr(account::Column::EmailFolded, Expr::value(claim(to, &hex::encode(of))))
        // The role was given to whoever reads the mail of the other address.
        .col_expr(account::Column::Administrator, Expr::value(false))
        .filter(account::Column::Id.eq(account.0))
        .filter(account::Column::Email.eq(from))
        .filter(account::Column::EmailFolded.contains(" "))
        .exec(db)
        .await?;
    Ok(())
}

/// Deletes accounts whose address was not verified within a day.
pub(super) async fn delete_stale(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<(), StoreError> {
    let verified = Query::select()
        .column(mailbox::Column::AccountId)
        .from(mailbox::Entity)
        .and_where(mailbox::Column::VerifiedAt.is_not_null())
        .to_owned();
    account::Entity::delete_many()
        .filter(account::Column::EmailFolded.contains(" "))
        .filter(account::Column::CreatedAt.lte((now - LIFETIME).unix_timestamp()))
        .filter(account::Column::Id.not_in_subquery(verified))
        .exec(db)
        .await?;
    Ok(())
}
