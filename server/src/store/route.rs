//! Looks up what inbound mail needs: the route of an alias, the contact, and the contact certificate.

use std::{collections::HashMap, sync::Arc};

use app::{
    address::{EmailAddress, OutsideAddress},
    api::alias::OffAnswer,
    id::{AliasId, MailboxId, ProfileId},
    profile::{ProfileState, Settings},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, TryInsertResult,
    sea_query::{ExprTrait, SimpleExpr},
};
use time::OffsetDateTime;

use super::{
    Store, StoreError,
    alias::take_local,
    contact::{KeysSeen, is_dormant},
    entity::{alias, contact, correspondent, profile},
    keys::ProfileKeys,
    stored::{answer_word, read_address, read_answer, read_settings, state_text},
};
use crate::vault::Wrapped;

/// The route of mail to an enabled alias.
#[derive(Clone)]
pub struct Route {
    /// The alias.
    pub alias: AliasId,
    /// Its local part, folded.
    pub local: String,
    /// Its domain. Empty for the relay's main one.
    pub domain: String,
    /// The answer to blocked contacts.
    pub off_answer: OffAnswer,
    /// Its mailbox.
    pub mailbox: MailboxId,
    /// The mailbox's address, verified.
    pub address: EmailAddress,
    /// The setting: without an active profile, mail is refused.
    pub kill_switch: bool,
    /// The setting: other recipients get relay addresses.
    pub relayed_recipients: bool,
    /// The mailbox's profile in stored state `active`, whether past its end or not.
    pub active: Option<Arc<ActiveProfile>>,
}

/// The destination of mail to an alias.
pub enum End {
    /// In a mailbox.
    Mailbox(Box<Route>),
    /// Nowhere: it is taken and thrown away, and the mailbox learns nothing.
    Nowhere(AliasId),
}

/// The data of a profile that sealing needs.
#[derive(Clone)]
pub struct ActiveProfile {
    /// The profile.
    pub id: ProfileId,
    /// The person's key, and the one that certifies contacts.
    pub keys: ProfileKeys,
    /// The key that certifies its contacts' keys, see [`crate::vault::Purpose::Certifier`].
    pub certifier: Wrapped,
    /// The person's settings.
    pub settings: Settings,
}

pub use app::id::ContactId;

/// One contact of one alias.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The relay address: the person's mail client shows it in From and answers to it. It never changes.
    pub relay_address: EmailAddress,
    /// Whether its keys were removed and nothing came from it since: it counts as new.
    pub dormant: bool,
    /// Its keys, for [`super::accepted::Accepted::keys`].
    pub keys: KeysSeen,
}

/// The certificate and key of a contact under a profile.
#[derive(Clone)]
pub struct ContactCertificate {
    /// Its certificate: of S/MIME DER, of OpenPGP the public packets.
    pub certificate: Vec<u8>,
    /// Its key, see [`crate::vault::Purpose::ContactKey`].
    pub key: Wrapped,
}

impl ActiveProfile {
    pub(super) fn of(row: profile::Model, mailbox: EmailAddress) -> Result<Self, StoreError> {
        Ok(Self {
            id: ProfileId(row.id),
            keys: ProfileKeys::from_stored(&row, mailbox)?,
            settings: read_settings(&row)?,
            certifier: Wrapped(row.intermediate_key),
        })
    }
}

impl Contact {
    fn of(row: &contact::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: ContactId(row.id),
            dormant: is_dormant(row),
            keys: KeysSeen {
                contact: ContactId(row.id),
                removed_at: row.keys_removed_at,
            },
            relay_address: read_address(&format!("{}@{}", row.relay_local, row.relay_domain))?,
        })
    }
}

/// Stores a contact. Returns `false` if the alias has one for the address.
pub(super) async fn insert_contact(
    db: &impl ConnectionTrait,
    alias: AliasId,
    (address, relay_address): (&OutsideAddress, &EmailAddress),
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let row = contact::ActiveModel {
        alias_id: Set(alias.0),
        correspondent_folded: Set(address.folded()),
        correspondent: Set(Some(address.to_string())),
        relay_local: Set(relay_address.local().to_lowercase()),
        relay_domain: Set(relay_address.domain().to_owned()),
        created_at: Set(now.unix_timestamp()),
        ..Default::default()
    };
    let one_each = [contact::Column::AliasId, contact::Column::CorrespondentFolded];
    let inserted = contact::Entity::insert(row)
        .on_conflict_do_nothing_on(one_each)
        .exec_without_returning(db)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1)))
}

/// The contact of an alias for an outside address, dormant or not.
pub(super) async fn find_contact(
    db: &impl ConnectionTrait,
    alias: AliasId,
    address: &OutsideAddress,
) -> Result<Option<Contact>, StoreError> {
    let row = contact::Entity::find()
        .filter(contact::Column::AliasId.eq(alias.0))
        .filter(contact::Column::CorrespondentFolded.eq(address.folded()))
        .one(db)
        .await?;
    row.as_ref().map(Contact::of).transpose()
}

/// Stores a contact's certificate. Returns `false` if it has one under the profile.
pub(super) async fn insert_certificate(
    db: &impl ConnectionTrait,
    contact: ContactId,
    profile: ProfileId,
    new: ContactCertificate,
) -> Result<bool, StoreError> {
    let row = correspondent::ActiveModel {
        contact_id: Set(contact.0),
        profile_id: Set(profile.0),
        certificate: Set(new.certificate),
        key: Set(new.key.0),
    };
    let inserted = correspondent::Entity::insert(row)
        .on_conflict_do_nothing()
        .exec_without_returning(db)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1)))
}

impl Store {
    /// The route of an enabled alias of a verified mailbox under the main domain, by the alias's local part (compared
    /// without case).
    pub async fn route(&self, local: &str) -> Result<Option<Route>, StoreError> {
        Ok(match self.end(local, "").await? {
            Some(End::Mailbox(route)) => Some(*route),
            Some(End::Nowhere(_)) | None => None,
        })
    }

    /// Where mail ends that is addressed to a local part (compared without case) under a domain as it is stored: nowhere for
    /// an alias that is off and drops its mail. An alias that is off and rejects its mail is not found, by the same look-up
    /// as one that was never there.
    ///
    /// A route that only leads to sealed mail may come from the cache: one with an active profile, and a kill switch for the
    /// moment that the profile ends. Any other is always read.
    pub async fn end(&self, local: &str, domain: &str) -> Result<Option<End>, StoreError> {
        let mut unsealed = None;
        let read = async || match self.read_end(local, domain).await? {
            Some(End::Mailbox(route)) if route.active.is_some() && route.kill_switch => {
                Ok::<_, StoreError>(Some(Arc::new(*route)))
            }
            other => {
                unsealed = other;
                Ok(None)
            }
        };
        let key = (local.to_lowercase(), domain.to_owned());
        let sealed = self.cached.routes.get(key, read).await?;
        Ok(sealed
            .map(|route| End::Mailbox(Box::new(Route::clone(&route))))
            .or(unsealed))
    }

    async fn read_end(&self, local: &str, domain: &str) -> Result<Option<End>, StoreError> {
        let takes = alias::Column::Enabled
            .eq(true)
            .or(alias::Column::OffAnswer.eq(answer_word(OffAnswer::Drop)));
        let named = alias::Column::LocalFolded
            .eq(local.to_lowercase())
            .and(alias::Column::Domain.eq(domain));
        let row = alias::Entity::find().filter(named.and(takes)).one(&self.db).await?;
        let Some(row) = row else { return Ok(None) };
        if !row.enabled {
            return Ok(Some(End::Nowhere(AliasId(row.id))));
        }
        Ok(self.route_from(row).await?.map(|route| End::Mailbox(Box::new(route))))
    }

    /// The same, by the alias's id.
    pub async fn route_of(&self, alias: AliasId) -> Result<Option<Route>, StoreError> {
        self.route_where(alias::Column::Id.eq(alias.0).and(alias::Column::Enabled.eq(true)))
            .await
    }

    /// The same, whether the alias is enabled or not: for what the relay itself has to tell the person.
    pub async fn route_by_id(&self, alias: AliasId) -> Result<Option<Route>, StoreError> {
        self.route_where(alias::Column::Id.eq(alias.0)).await
    }

    async fn route_where(&self, which: SimpleExpr) -> Result<Option<Route>, StoreError> {
        let alias = alias::Entity::find().filter(which).one(&self.db).await?;
        match alias {
            Some(alias) => self.route_from(alias).await,
            None => Ok(None),
        }
    }

    async fn route_from(&self, alias: alias::Model) -> Result<Option<Route>, StoreError> {
        let Some((mailbox, address)) = self.verified_mailbox(alias.mailbox_id).await? else {
            return Ok(None);
        };
        let active = self.active_profile(mailbox.id, &address).await?;
        Ok(Some(Route {
            alias: AliasId(alias.id),
            local: alias.local_folded,
            domain: alias.domain,
            off_answer: read_answer(&alias.off_answer)?,
            mailbox: MailboxId(mailbox.id),
            address,
            kill_switch: mailbox.kill_switch,
            relayed_recipients: mailbox.relayed_recipients,
            active,
        }))
    }

    /// A mailbox's profile in stored state `active`, whether past its end or not.
    pub(super) async fn active_profile(
        &self,
        mailbox: i64,
        address: &EmailAddress,
    ) -> Result<Option<Arc<ActiveProfile>>, StoreError> {
        let row = profile::Entity::find()
            .filter(profile::Column::MailboxId.eq(mailbox))
            .filter(profile::Column::State.eq(state_text(ProfileState::Active)))
            .one(&self.db)
            .await?;
        row.map(|row| ActiveProfile::of(row, address.clone()).map(Arc::new))
            .transpose()
    }

    /// The contact of an alias for an outside address; made on first contact, with `relay_address` as its relay address
    /// (the stored one wins when there is one already, a race included). [`StoreError::Taken`] if the relay address was
    /// given out before.
    pub async fn contact(
        &self,
        alias: AliasId,
        address: &OutsideAddress,
        relay_address: &EmailAddress,
        now: OffsetDateTime,
    ) -> Result<Contact, StoreError> {
        if let Some(contact) = self.known_contact(alias, address).await? {
            return Ok(contact);
        }
        let transaction = self.write_quietly().await?;
        let made = take_local(&transaction, relay_address.local()).await?
            && insert_contact(&transaction, alias, (address, relay_address), now).await?;
        // The loser of a race gives the local part back.
        match made {
            true => transaction.commit().await?,
            false => transaction.rollback().await?,
        }
        self.known_contact(alias, address).await?.ok_or(StoreError::Taken)
    }

    /// The contact of an alias for an outside address, if there is one.
    pub async fn known_contact(&self, alias: AliasId, address: &OutsideAddress) -> Result<Option<Contact>, StoreError> {
        let mut dormant = None;
        let read = async || {
            match find_contact(&self.db, alias, address).await? {
                // Its next message wakes it, which no cache hears of.
                Some(contact) if contact.dormant => {
                    dormant = Some(contact);
                    Ok::<_, StoreError>(None)
                }
                contact => Ok(contact),
            }
        };
        let awake = self.cached.contacts.get((alias, address.folded()), read).await?;
        Ok(awake.or(dormant))
    }

    /// The contacts that an alias has for some outside addresses, by their folded addresses.
    pub async fn known_contacts(
        &self,
        alias: AliasId,
        addresses: &[&OutsideAddress],
    ) -> Result<HashMap<String, Contact>, StoreError> {
        let rows = contact::Entity::find()
            .filter(contact::Column::AliasId.eq(alias.0))
            .filter(contact::Column::CorrespondentFolded.is_in(addresses.iter().map(|address| address.folded())))
            .all(&self.db)
            .await?;
        rows.iter()
            .map(|row| Ok((row.correspondent_folded.clone(), Contact::of(row)?)))
            .collect()
    }

    /// Makes contacts with their relay addresses in one transaction; one that is there already, or whose relay address was given
    /// out before, stays as it is. Gives those that are there now, by their folded addresses.
    pub async fn add_contacts(
        &self,
        alias: AliasId,
        contacts: &[(OutsideAddress, EmailAddress)],
        now: OffsetDateTime,
    ) -> Result<HashMap<String, Contact>, StoreError> {
        if contacts.is_empty() {
            return Ok(HashMap::new());
        }
        let transaction = self.write_quietly().await?;
        for (address, relay_address) in contacts {
            let known = contact::Entity::find()
                .filter(contact::Column::AliasId.eq(alias.0))
                .filter(contact::Column::CorrespondentFolded.eq(address.folded()))
                .count(&transaction)
                .await?;
            if known == 0 && take_local(&transaction, relay_address.local()).await? {
                insert_contact(&transaction, alias, (address, relay_address), now).await?;
            }
        }
        transaction.commit().await?;
        let addresses: Vec<_> = contacts.iter().map(|(address, _)| address).collect();
        self.known_contacts(alias, &addresses).await
    }

    /// The contact's certificate under a profile, if one was made.
    pub async fn contact_certificate(
        &self,
        contact: ContactId,
        profile: ProfileId,
    ) -> Result<Option<ContactCertificate>, StoreError> {
        let row = correspondent::Entity::find_by_id((contact.0, profile.0))
            .one(&self.db)
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(ContactCertificate {
            certificate: row.certificate,
            key: Wrapped(row.key),
        }))
    }

    /// Stores a contact's certificate; the first one stored wins a race and is returned.
    pub async fn add_contact_certificate(
        &self,
        contact: ContactId,
        profile: ProfileId,
        new: ContactCertificate,
    ) -> Result<ContactCertificate, StoreError> {
        if insert_certificate(&self.db, contact, profile, new.clone()).await? {
            return Ok(new);
        }
        self.contact_certificate(contact, profile)
            .await?
            .ok_or(StoreError::Damaged("contact key"))
    }
}
