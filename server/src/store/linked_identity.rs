//! Stores which identity at the sign-in provider belongs to which account. Issuer and subject name it, never the address.

use app::address::EmailAddress;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::Expr,
};
use time::OffsetDateTime;

use super::{
    AccountId, Store, StoreError,
    entity::{account, linked_identity, one_time_password, passkey},
    stored::read_time,
};

/// A person at the provider (OpenID Connect Core §5.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// Who it is there.
    pub subject: String,
}

/// The link of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedIdentity {
    /// Who it is.
    pub identity: Identity,
    /// Since when.
    pub linked: OffsetDateTime,
    /// When the person last signed in with it.
    pub last_used: OffsetDateTime,
}

/// The outcome of looking for an account by a verified address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByAddress {
    /// The account with this address is linked now.
    Linked(AccountId),
    /// It is linked with somebody else at this provider: the address has another owner there now.
    OfAnother,
    /// It is turned off.
    Disabled,
    /// Only its person may link it, signed in here.
    ByHand,
    /// There is none.
    None,
}

/// The outcome of unlinking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlinked {
    /// It is unlinked.
    Done,
    /// It was not linked.
    NotLinked,
    /// The account has neither a password nor a passkey.
    LastWayIn,
}

impl Store {
    /// Returns the account of an identity.
    pub async fn account_of_identity(&self, identity: &Identity) -> Result<Option<AccountId>, StoreError> {
        let row = linked_identity::Entity::find_by_id(key(identity)).one(&self.db).await?;
        Ok(row.map(|row| AccountId(row.account_id)))
    }

    /// Returns the account's identity at a provider.
    pub async fn identity_of(&self, account: AccountId, issuer: &str) -> Result<Option<LinkedIdentity>, StoreError> {
        let row = linked_identity::Entity::find()
            .filter(linked_identity::Column::AccountId.eq(account.0))
            .filter(linked_identity::Column::Issuer.eq(issuer))
            .one(&self.db)
            .await?;
        row.map(LinkedIdentity::of).transpose()
    }

    /// Returns the account's identities at all providers, also earlier ones.
    pub async fn identities(&self, account: AccountId) -> Result<Vec<LinkedIdentity>, StoreError> {
        let rows = linked_identity::Entity::find()
            .filter(linked_identity::Column::AccountId.eq(account.0))
            .all(&self.db)
            .await?;
        rows.into_iter().map(LinkedIdentity::of).collect()
    }

    /// Whether somebody knows the account's password.
    pub async fn has_password(&self, account: AccountId) -> Result<bool, StoreError> {
        let row = account::Entity::find_by_id(account.0).one(&self.db).await?;
        Ok(row.is_some_and(|row| row.has_password))
    }

    /// Links the account that has verified this address, if there is one that is not linked yet.
    ///
    /// If `local_sign_in` is on, an administrator and an account with one-time codes link themselves: who reads their mail can prove the
    /// address to many a provider, and must not get past the code. The same goes for an account whose link was taken away.
    pub async fn link_by_address(
        &self,
        email: &EmailAddress,
        identity: &Identity,
        local_sign_in: bool,
        now: OffsetDateTime,
    ) -> Result<ByAddress, StoreError> {
        let transaction = self.write().await?;
        // Before an address is verified, the column holds another text.
        let found = account::Entity::find()
            .filter(account::Column::EmailFolded.eq(email.folded()))
            .lock_exclusive()
            .one(&transaction)
            .await?;
        let Some(found) = found else {
            return Ok(ByAddress::None);
        };
        // Folding takes some letters beyond ASCII for others, which the provider does not.
        if !found.email.eq_ignore_ascii_case(email.as_str()) {
            return Ok(ByAddress::OfAnother);
        }
        if found.disabled_at.is_some() {
            return Ok(ByAddress::Disabled);
        }
        let account = AccountId(found.id);
        let is_guarded = found.administrator || has_codes(&transaction, account).await?;
        if local_sign_in && (!found.link_by_address || (found.has_password && is_guarded)) {
            return Ok(ByAddress::ByHand);
        }
        match insert(&transaction, account, identity, now).await {
            Ok(()) => {}
            Err(StoreError::Taken) => return Ok(ByAddress::OfAnother),
            Err(error) => return Err(error),
        }
        transaction.commit().await?;
        Ok(ByAddress::Linked(account))
    }

    /// Unlinks the account from a provider, unless it is the only way in.
    pub async fn unlink_identity(&self, account: AccountId, issuer: &str) -> Result<Unlinked, StoreError> {
        let transaction = self.write().await?;
        let row = lock(&transaction, account).await?;
        let passkeys = passkey::Entity::find()
            .filter(passkey::Column::AccountId.eq(account.0))
            .count(&transaction)
            .await?;
        if !row.has_password && passkeys == 0 {
            return Ok(Unlinked::LastWayIn);
        }
        let removed = remove(&transaction, account, issuer).await?;
        transaction.commit().await?;
        Ok(match removed {
            true => Unlinked::Done,
            false => Unlinked::NotLinked,
        })
    }
}

impl LinkedIdentity {
    fn of(row: linked_identity::Model) -> Result<Self, StoreError> {
        Ok(Self {
            linked: read_time(row.linked_at)?,
            last_used: read_time(row.last_used_at)?,
            identity: Identity {
                issuer: row.issuer,
                subject: row.subject,
            },
        })
    }
}

/// Reads the account's row, and locks it until the transaction ends.
pub(super) async fn lock(db: &impl ConnectionTrait, account: AccountId) -> Result<account::Model, StoreError> {
    let row = account::Entity::find_by_id(account.0).lock_exclusive().one(db).await?;
    row.ok_or(StoreError::Gone)
}

fn key(identity: &Identity) -> (String, String) {
    (identity.issuer.clone(), identity.subject.clone())
}

/// Notes that nobody knows the account's password, until somebody sets one.
pub(super) async fn forget_password(db: &impl ConnectionTrait, account: AccountId) -> Result<(), StoreError> {
    set(db, account, (account::Column::HasPassword, false)).await
}

/// Takes the link of an account with one provider away. From then on an address alone does not make another. Returns `false` if there is
/// none.
pub(super) async fn remove(db: &impl ConnectionTrait, account: AccountId, issuer: &str) -> Result<bool, StoreError> {
    let removed = linked_identity::Entity::delete_many()
        .filter(linked_identity::Column::AccountId.eq(account.0))
        .filter(linked_identity::Column::Issuer.eq(issuer))
        .exec(db)
        .await?;
    set(db, account, (account::Column::LinkByAddress, false)).await?;
    Ok(removed.rows_affected > 0)
}

/// Takes the links of an account away, as somebody else may have made them. From then on its person alone makes others.
pub(super) async fn unlink_all(db: &impl ConnectionTrait, account: AccountId) -> Result<(), StoreError> {
    let removed = linked_identity::Entity::delete_many()
        .filter(linked_identity::Column::AccountId.eq(account.0))
        .exec(db)
        .await?;
    match removed.rows_affected {
        0 => Ok(()),
        _ => set(db, account, (account::Column::LinkByAddress, false)).await,
    }
}

/// Whether the account has one-time codes that are confirmed.
async fn has_codes(db: &impl ConnectionTrait, account: AccountId) -> Result<bool, StoreError> {
    let codes = one_time_password::Entity::find()
        .filter(one_time_password::Column::AccountId.eq(account.0))
        .filter(one_time_password::Column::ConfirmedAt.is_not_null())
        .count(db)
        .await?;
    Ok(codes > 0)
}

/// Sets a column of the account.
pub(super) async fn set(
    db: &impl ConnectionTrait,
    account: AccountId,
    (column, value): (account::Column, bool),
) -> Result<(), StoreError> {
    account::Entity::update_many()
        .col_expr(column, Expr::value(value))
        .filter(account::Column::Id.eq(account.0))
        .exec(db)
        .await?;
    Ok(())
}

pub(super) async fn insert(
    db: &impl ConnectionTrait,
    account: AccountId,
    identity: &Identity,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let row = linked_identity::ActiveModel {
        issuer: Set(identity.issuer.clone()),
        subject: Set(identity.subject.clone()),
        account_id: Set(account.0),
        linked_at: Set(now.unix_timestamp()),
        last_used_at: Set(now.unix_timestamp()),
    };
    linked_identity::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Notes a sign-in. Returns `false` if the identity does not belong to the account any more.
pub(super) async fn use_identity(
    db: &impl ConnectionTrait,
    account: AccountId,
    identity: &Identity,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let used = linked_identity::Entity::update_many()
        .col_expr(linked_identity::Column::LastUsedAt, Expr::value(now.unix_timestamp()))
        .filter(linked_identity::Column::Issuer.eq(&identity.issuer))
        .filter(linked_identity::Column::Subject.eq(&identity.subject))
        .filter(linked_identity::Column::AccountId.eq(account.0))
        .exec(db)
        .await?;
    Ok(used.rows_affected == 1)
}
