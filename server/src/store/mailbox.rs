//! Stores mailboxes, which relayed mail is delivered to.

use app::{address::EmailAddress, id::MailboxId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Query},
};
use time::OffsetDateTime;

use super::{
    AccountId, Store, StoreError,
    claim::{claim, claim_instead},
    entity::{account, mailbox},
    queue::forget_mailboxes,
    stored::{disabled_accounts, read_address, read_time},
};

/// A mailbox of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// Its id.
    pub id: MailboxId,
    /// Its address.
    pub address: EmailAddress,
    /// Whether its address is verified.
    pub verified: bool,
    /// When it was verified.
    pub verified_at: Option<OffsetDateTime>,
    /// When it was added.
    pub created: OffsetDateTime,
    /// Whether mail is rejected while no profile is active.
    pub kill_switch: bool,
    /// Whether unencrypted replies are refused.
    pub encrypted_replies_only: bool,
    /// Whether unsigned replies are refused.
    pub signed_replies_only: bool,
    /// Whether other recipients get relay addresses.
    pub relayed_recipients: bool,
}

impl Store {
    /// Returns the account's mailboxes, oldest first.
    pub async fn mailboxes(&self, account: AccountId) -> Result<Vec<Mailbox>, StoreError> {
        let rows = mailbox::Entity::find()
            .filter(mailbox::Column::AccountId.eq(account.0))
            .order_by_asc(mailbox::Column::Id)
            .all(&self.db)
            .await?;
        rows.iter().map(Mailbox::of).collect()
    }

    /// Returns one of the account's mailboxes.
    pub async fn mailbox(&self, account: AccountId, id: MailboxId) -> Result<Option<Mailbox>, StoreError> {
        let row = mailbox::Entity::find_by_id(id.0)
            .filter(mailbox::Column::AccountId.eq(account.0))
            .one(&self.db)
            .await?;
        row.as_ref().map(Mailbox::of).transpose()
    }

    /// Adds an unverified mailbox. Returns [`StoreError::Taken`] if the account claims the address already. Claims of
    /// other accounts make no difference before a code is typed.
    pub async fn add_mailbox(
        &self,
        account: AccountId,
        address: &EmailAddress,
        now: OffsetDateTime,
    ) -> Result<MailboxId, StoreError> {
        insert_mailbox(&self.db, account, address, now).await
    }

    /// Replaces an unverified mailbox by one with another address, and returns its id. If the account was created with
    /// the old address, it changes as well. Returns `None` and changes nothing if the account has no such mailbox or it
    /// is verified.
    ///
    /// The new row has its own id, so that a code mailed to the old address can never verify the new one.
    pub async fn correct_mailbox(
        &self,
        account: AccountId,
        id: MailboxId,
        address: &EmailAddress,
        now: OffsetDateTime,
    ) -> Result<Option<MailboxId>, StoreError> {
        let transaction = self.write().await?;
        let unproved = mailbox::Entity::find_by_id(id.0)
            .filter(mailbox::Column::AccountId.eq(account.0))
            .filter(mailbox::Column::VerifiedAt.is_null());
        let Some(row) = unproved.one(&transaction).await? else {
            return Ok(None);
        };
        let deleted = mailbox::Entity::delete_many()
            .filter(mailbox::Column::Id.eq(id.0))
            .filter(mailbox::Column::VerifiedAt.is_null())
            .exec(&transaction)
            .await?;
        if deleted.rows_affected == 0 {
            return Ok(None);
        }
        claim_instead(&transaction, account, &row.address, address).await?;
        let corrected = insert_mailbox(&transaction, account, address, now).await?;
        transaction.commit().await?;
        Ok(Some(corrected))
    }

    /// Sets the kill switch. Returns `false` if the account has no such mailbox.
    pub async fn set_kill_switch(&self, account: AccountId, id: MailboxId, on: bool) -> Result<bool, StoreError> {
        self.set_switch(account, id, mailbox::Column::KillSwitch, on).await
    }

    /// Sets whether unencrypted replies are refused. Returns `false` if the account has no such mailbox.
    pub async fn set_encrypted_replies_only(
        &self,
        account: AccountId,
        id: MailboxId,
        on: bool,
    ) -> Result<bool, StoreError> {
        let column = mailbox::Column::EncryptedRepliesOnly;
        self.set_switch(account, id, column, on).await
    }

    /// Sets whether other recipients get relay addresses. Returns `false` if the account has no such mailbox.
    pub async fn set_relayed_recipients(
        &self,
        account: AccountId,
        id: MailboxId,
        on: bool,
    ) -> Result<bool, StoreError> {
        let column = mailbox::Column::RelayedRecipients;
        self.set_switch(account, id, column, on).await
    }

    /// Sets whether unsigned replies are refused. Returns `false` if the account has no such mailbox.
    pub async fn set_signed_replies_only(
        &self,
        account: AccountId,
        id: MailboxId,
        on: bool,
    ) -> Result<bool, StoreError> {
        let column = mailbox::Column::SignedRepliesOnly;
        self.set_switch(account, id, column, on).await
    }

    /// Returns a mailbox and its address, unless nobody has shown that they read its mail, or its account is turned off.
    pub(super) async fn verified_mailbox(&self, id: i64) -> Result<Option<(mailbox::Model, EmailAddress)>, StoreError> {
        let row = mailbox::Entity::find_by_id(id)
            .filter(mailbox::Column::VerifiedAt.is_not_null())
            .filter(mailbox::Column::AccountId.not_in_subquery(disabled_accounts()))
            .one(&self.db)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let address = read_address(&row.address)?;
        Ok(Some((row, address)))
    }

    async fn set_switch(
        &self,
        account: AccountId,
        id: MailboxId,
        column: mailbox::Column,
        on: bool,
    ) -> Result<bool, StoreError> {
        let updated = mailbox::Entity::update_many()
            .col_expr(column, Expr::value(on))
            .filter(mailbox::Column::Id.eq(id.0))
            .filter(mailbox::Column::AccountId.eq(account.0))
            .exec(&self.db)
            .await?;
        Ok(updated.rows_affected == 1)
    }
}

/// The owner of a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The account.
    pub account: AccountId,
    /// The mailbox, verified.
    pub mailbox: MailboxId,
    /// Its address.
    pub address: EmailAddress,
}

impl Store {
    /// Returns the owner of a verified mailbox by its address, in any case.
    pub async fn owner_of(&self, address: &EmailAddress) -> Result<Option<Owner>, StoreError> {
        let row = mailbox::Entity::find()
            .filter(mailbox::Column::AddressFolded.eq(address.folded()))
            .filter(mailbox::Column::VerifiedAt.is_not_null())
            .one(&self.db)
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Owner {
            account: AccountId(row.account_id),
            mailbox: MailboxId(row.id),
            address: read_address(&row.address)?,
        }))
    }

    /// Returns the mailbox for new aliases. It is the chosen one, or the oldest verified one if none was chosen or the
    /// chosen one is gone. Returns `None` while no mailbox is verified.
    pub async fn default_mailbox(&self, account: AccountId) -> Result<Option<MailboxId>, StoreError> {
        let chosen: Option<Option<i64>> = account::Entity::find_by_id(account.0)
            .select_only()
            .column(account::Column::DefaultMailbox)
            .into_tuple()
            .one(&self.db)
            .await?;
        let verified: Vec<i64> = mailbox::Entity::find()
            .filter(mailbox::Column::AccountId.eq(account.0))
            .filter(mailbox::Column::VerifiedAt.is_not_null())
            .order_by_asc(mailbox::Column::Id)
            .select_only()
            .column(mailbox::Column::Id)
            .into_tuple()
            .all(&self.db)
            .await?;
        let chosen = chosen.flatten().filter(|chosen| verified.contains(chosen));
        Ok(chosen.or(verified.first().copied()).map(MailboxId))
    }

    /// Chooses the mailbox for new aliases. Returns `false` if the account has no such mailbox, or if it is not
    /// verified.
    pub async fn set_default_mailbox(&self, account: AccountId, id: MailboxId) -> Result<bool, StoreError> {
        let own = Query::select()
            .column(mailbox::Column::AccountId)
            .from(mailbox::Entity)
            .and_where(mailbox::Column::Id.eq(id.0))
            .and_where(mailbox::Column::VerifiedAt.is_not_null())
            .to_owned();
        let updated = account::Entity::update_many()
            .col_expr(account::Column::DefaultMailbox, Expr::value(id.0))
            .filter(account::Column::Id.eq(account.0))
            .filter(account::Column::Id.in_subquery(own))
            .exec(&self.db)
            .await?;
        Ok(updated.rows_affected == 1)
    }

    /// Deletes a mailbox with its aliases, their contacts and activity, its profiles with all their keys, and the data
    /// about its mail. The data is removed from the rows and, with SQLite, from the files. The aliases' local parts
    /// stay taken.
    ///
    /// Returns `false` and deletes nothing if the account has no such mailbox, or if the account signs in with its
    /// address. Such a mailbox goes only with its account (see [`Store::delete_account`]).
    pub async fn delete_mailbox(&self, account: AccountId, id: MailboxId) -> Result<bool, StoreError> {
        let signs_in_with = Query::select()
            .column(account::Column::Email)
            .from(account::Entity)
            .and_where(account::Column::Id.eq(account.0))
            .to_owned();
        let transaction = self.write().await?;
        let deleted = mailbox::Entity::delete_many()
            .filter(mailbox::Column::Id.eq(id.0))
            .filter(mailbox::Column::AccountId.eq(account.0))
            .filter(mailbox::Column::Address.not_in_subquery(signs_in_with))
            .exec(&transaction)
            .await?;
        if deleted.rows_affected == 0 {
            return Ok(false);
        }
        forget_mailboxes(&transaction, vec![id.0]).await?;
        transaction.commit().await?;
        self.scrub().await;
        Ok(true)
    }
}

impl Mailbox {
    fn of(row: &mailbox::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: MailboxId(row.id),
            address: read_address(&row.address)?,
            verified: row.verified_at.is_some(),
            verified_at: row.verified_at.map(read_time).transpose()?,
            created: read_time(row.created_at)?,
            kill_switch: row.kill_switch,
            encrypted_replies_only: row.encrypted_replies_only,
            signed_replies_only: row.signed_replies_only,
            relayed_recipients: row.relayed_recipients,
        })
    }
}

pub(super) async fn insert_mailbox(
    db: &impl ConnectionTrait,
    account: AccountId,
    address: &EmailAddress,
    now: OffsetDateTime,
) -> Result<MailboxId, StoreError> {
    let row = mailbox::ActiveModel {
        account_id: Set(account.0),
        address: Set(address.to_string()),
        address_folded: Set(claim(address, &account.0.to_string())),
        created_at: Set(now.unix_timestamp()),
        verified_at: Set(None),
        kill_switch: Set(false),
        ever_active: Set(false),
        ..Default::default()
    };
    Ok(MailboxId(mailbox::Entity::insert(row).exec(db).await?.last_insert_id))
}
