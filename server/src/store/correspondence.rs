//! Looks up the route and the keys for a reply, and the identifiers of messages on both sides.

use std::sync::Arc;

use std::collections::HashMap;

use app::{
    address::{EmailAddress, OutsideAddress},
    id::{AliasId, MailboxId, ProfileId},
    profile::ProfileState,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use time::OffsetDateTime;

use super::{
    Store, StoreError,
    entity::{alias, contact, mailbox, message_id, profile},
    keys::ProfileKeys,
    route::{ContactCertificate, ContactId},
    stored::read_contact_address,
    stored::{Hash, read_address, state_text},
};
use crate::vault::Wrapped;

/// Most local parts in one statement. Databases limit the parameters of a statement.
const MOST_AT_ONCE: usize = 500;

/// The contact, the alias and the mailbox behind a relay address.
pub struct ReplyRoute {
    /// The contact.
    pub contact: ContactId,
    /// The local part of its relay address, in lower case.
    pub relay_local: String,
    /// The contact's own address.
    pub contact_address: OutsideAddress,
    /// Whether keys of the contact were removed, see [`Store::remove_unused_keys`].
    pub keys_removed: bool,
    /// The alias that the contact belongs to.
    pub alias: AliasId,
    /// Its local part.
    pub alias_local: String,
    /// Its domain, or empty for the relay's main domain.
    pub alias_domain: String,
    /// Whether it is enabled.
    pub alias_enabled: bool,
    /// The name that contacts see. May be empty.
    pub display_name: String,
    /// The mailbox of the alias.
    pub mailbox: MailboxId,
    /// Its address, verified.
    pub address: EmailAddress,
    /// The addresses of all verified mailboxes of the account.
    pub own_addresses: Vec<EmailAddress>,
    /// Whether the mailbox refuses unencrypted replies.
    pub encrypted_replies_only: bool,
    /// Whether the mailbox refuses unsigned replies.
    pub signed_replies_only: bool,
    /// The mailbox's unexpired profiles, newest first.
    pub profiles: Vec<ReplyProfile>,
}

/// A profile, as opening a reply needs it.
pub struct ReplyProfile {
    /// The profile.
    pub id: ProfileId,
    /// Its keys. Replies may be signed with the person's key.
    pub keys: ProfileKeys,
    /// The contact's certificate and key under it, if they exist.
    pub contact_certificate: Option<ContactCertificate>,
}

/// The side of the relay on which an identifier is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// In the mailbox.
    Inside,
    /// The identifier that the contact sees.
    Outside,
}

impl Store {
    /// Returns the route of a relay address, by its local part in any case. The mailbox must be verified.
    pub async fn reply_route(&self, local: &str, now: OffsetDateTime) -> Result<Option<ReplyRoute>, StoreError> {
        let found = contact::Entity::find()
            .filter(contact::Column::RelayLocal.eq(local.to_lowercase()))
            .one(&self.db)
            .await?;
        let Some(contact) = found else { return Ok(None) };
        let alias = alias::Entity::find_by_id(contact.alias_id).one(&self.db).await?;
        let Some(alias) = alias else { return Ok(None) };
        let Some((mailbox, address)) = self.verified_mailbox(alias.mailbox_id).await? else {
            return Ok(None);
        };
        let id = ContactId(contact.id);
        Ok(Some(ReplyRoute {
            contact: id,
            contact_address: read_contact_address(&contact)?,
            relay_local: contact.relay_local,
            keys_removed: contact.keys_removed_at.is_some(),
            alias: AliasId(alias.id),
            alias_local: alias.local_folded,
            alias_domain: alias.domain,
            alias_enabled: alias.enabled,
            display_name: alias.display_name,
            mailbox: MailboxId(mailbox.id),
            own_addresses: self.own_addresses(mailbox.account_id).await?,
            profiles: self.reply_profiles(mailbox.id, id, &address, now).await?,
            address,
            encrypted_replies_only: mailbox.encrypted_replies_only,
            signed_replies_only: mailbox.signed_replies_only,
        }))
    }

    /// The addresses of all verified mailboxes of a mailbox's account.
    pub async fn own_addresses_beside(&self, mailbox: MailboxId) -> Result<Arc<[EmailAddress]>, StoreError> {
        let read = async || match self.account_of(mailbox).await? {
            Some(account) => self
                .own_addresses(account.0)
                .await
                .map(|addresses| Some(addresses.into())),
            None => Ok(None),
        };
        let addresses = self.cached.own_addresses.get(mailbox, read).await?;
        Ok(addresses.unwrap_or_default())
    }

    async fn own_addresses(&self, account: i64) -> Result<Vec<EmailAddress>, StoreError> {
        let rows = mailbox::Entity::find()
            .filter(mailbox::Column::AccountId.eq(account))
            .filter(mailbox::Column::VerifiedAt.is_not_null())
            .all(&self.db)
            .await?;
        rows.iter().map(|row| read_address(&row.address)).collect()
    }

    async fn reply_profiles(
        &self,
        mailbox: i64,
        contact: ContactId,
        address: &EmailAddress,
        now: OffsetDateTime,
    ) -> Result<Vec<ReplyProfile>, StoreError> {
        let rows = self.unended_profiles(mailbox, now).await?;
        let mut profiles = Vec::with_capacity(rows.len());
        for row in rows {
            let id = ProfileId(row.id);
            profiles.push(ReplyProfile {
                id,
                keys: ProfileKeys::from_stored(&row, address.clone())?,
                contact_certificate: self.contact_certificate(contact, id).await?,
            });
        }
        Ok(profiles)
    }

    /// Returns the keys of a mailbox's unexpired profiles, which its owner signs with.
    pub async fn signers(
        &self,
        mailbox: MailboxId,
        address: &EmailAddress,
        now: OffsetDateTime,
    ) -> Result<Vec<ProfileKeys>, StoreError> {
        let rows = self.unended_profiles(mailbox.0, now).await?;
        rows.iter()
            .map(|row| ProfileKeys::from_stored(row, address.clone()))
            .collect()
    }

    async fn unended_profiles(&self, mailbox: i64, now: OffsetDateTime) -> Result<Vec<profile::Model>, StoreError> {
        let profiles = profile::Entity::find()
            .filter(profile::Column::MailboxId.eq(mailbox))
            .filter(profile::Column::State.ne(state_text(ProfileState::Issued)))
            .filter(profile::Column::NotAfter.gte(now.unix_timestamp()))
            .order_by_desc(profile::Column::Id);
        Ok(profiles.all(&self.db).await?)
    }

    /// Returns the own addresses of those contacts of an alias whose relay addresses have the given local parts, in lower
    /// case. An alias may have far more contacts than a message names.
    pub async fn contacts_among(
        &self,
        alias: AliasId,
        relay_locals: &[String],
    ) -> Result<HashMap<String, OutsideAddress>, StoreError> {
        let mut found = HashMap::new();
        for some in relay_locals.chunks(MOST_AT_ONCE) {
            let rows = contact::Entity::find()
                .filter(contact::Column::RelayLocal.is_in(some))
                .filter(contact::Column::AliasId.eq(alias.0))
                .all(&self.db)
                .await?;
            for row in rows {
                found.insert(row.relay_local.clone(), read_contact_address(&row)?);
            }
        }
        Ok(found)
    }

    /// Returns the identifier pairs of an alias's messages that have one of the given identifiers on a side.
    pub async fn message_ids(
        &self,
        alias: AliasId,
        side: Side,
        hashes: Vec<Hash>,
    ) -> Result<HashMap<Hash, Wrapped>, StoreError> {
        let column = match side {
            Side::Inside => message_id::Column::Inside,
            Side::Outside => message_id::Column::Outside,
        };
        let rows: Vec<(Vec<u8>, Vec<u8>)> = message_id::Entity::find()
            .select_only()
            .columns([column, message_id::Column::Ids])
            .filter(message_id::Column::AliasId.eq(alias.0))
            .filter(column.is_in(hashes.into_iter().map(Vec::from)))
            .into_tuple()
            .all(&self.db)
            .await?;
        let pair = |(hash, ids): (Vec<u8>, Vec<u8>)| Some((Hash::try_from(hash).ok()?, Wrapped(ids)));
        Ok(rows.into_iter().filter_map(pair).collect())
    }

    /// Returns identifiers and Subjects of an alias's messages that have one of the given identifiers in the mailbox.
    pub async fn subjects(
        &self,
        alias: AliasId,
        hashes: Vec<Hash>,
    ) -> Result<HashMap<Hash, (Wrapped, Wrapped)>, StoreError> {
        let rows: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> = message_id::Entity::find()
            .select_only()
            .columns([
                message_id::Column::Inside,
                message_id::Column::Ids,
                message_id::Column::Subject,
            ])
            .filter(message_id::Column::AliasId.eq(alias.0))
            .filter(message_id::Column::Inside.is_in(hashes.into_iter().map(Vec::from)))
            .filter(message_id::Column::Subject.is_not_null())
            .into_tuple()
            .all(&self.db)
            .await?;
        let found = |(hash, ids, subject): (Vec<u8>, Vec<u8>, Vec<u8>)| {
            Some((Hash::try_from(hash).ok()?, (Wrapped(ids), Wrapped(subject))))
        };
        Ok(rows.into_iter().filter_map(found).collect())
    }
}
