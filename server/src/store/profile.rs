//! Stores profiles and their issuance. State changes are in [`super::profile_state`].

use app::{
    address::EmailAddress,
    id::{MailboxId, ProfileId},
    pki::{certificate::Certificate, name::Subject, role::Role},
    profile::{KeyEvidence, ProfileKind, ProfileState},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use time::{Duration, OffsetDateTime};

use super::{
    AccountId, Store, StoreError,
    entity::{mailbox, profile},
    keys::ProfileKeys,
    profile_name::{free_name, name_apart, shown_name},
    profile_settings::inherit_settings,
    stored::{kind_text, read_certificate, read_kind, read_state, read_time, state_text},
    stored::{mailboxes_of, read_address},
};
use crate::vault::{VaultError, Wrapped};

/// How long the browser may take to send message 3 of the issuance.
pub const ISSUANCE: Duration = Duration::hours(1);
/// Most open issuances of a mailbox. A new one replaces the oldest.
const OPEN_ISSUANCES: u64 = 5;

/// A profile whose chain is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its id.
    pub id: ProfileId,
    /// Its name, never empty.
    pub name: String,
    /// Its mailbox.
    pub mailbox: MailboxId,
    /// S/MIME or PGP.
    pub kind: ProfileKind,
    /// The stored state, which does not take the time into account.
    pub state: ProfileState,
    /// First second of validity.
    pub not_before: OffsetDateTime,
    /// Last second of validity.
    pub not_after: OffsetDateTime,
    /// Evidence that the person has its key.
    pub evidence: KeyEvidence,
}

impl Profile {
    /// Returns the state at a time. The stored state does not change when the profile expires.
    pub fn state_at(&self, now: OffsetDateTime) -> ProfileState {
        let has_ended = now.unix_timestamp() > self.not_after.unix_timestamp();
        self.state.at(has_ended)
    }
}

/// A profile with its keys.
pub struct ProfileDetail {
    /// The profile.
    pub profile: Profile,
    /// Address of its mailbox.
    pub address: EmailAddress,
    /// Its keys.
    pub keys: ProfileKeys,
}

/// The data that is stored after message 1.
pub struct NewProfile<'a> {
    /// The mailbox. The caller has checked that it belongs to the account.
    pub mailbox: MailboxId,
    /// The relay's domain, which the chain's name constraints contain.
    pub relay_domain: &'a str,
    /// The user certificate.
    pub user: &'a Certificate,
    /// The name, which gets a number if another profile of the mailbox has it.
    pub name: &'a str,
}

/// A complete OpenPGP profile.
pub struct NewPgpProfile<'a> {
    /// The mailbox. The caller has checked that it belongs to the account.
    pub mailbox: MailboxId,
    /// The relay's domain, which the trust key names.
    pub relay_domain: &'a str,
    /// The person's key in stored form.
    pub person: Vec<u8>,
    /// The trust key's public part, armored.
    pub trust: String,
    /// First second of validity.
    pub not_before: OffsetDateTime,
    /// Last second of validity, or [`app::profile::NO_END`] if it has no end.
    pub not_after: OffsetDateTime,
    /// The name, which gets a number if another profile of the mailbox has it.
    pub name: &'a str,
}

/// The stored data that message 3 is checked against.
pub struct PendingProfile {
    /// The subject of the chain.
    pub subject: Subject,
    /// The user certificate.
    pub user: Certificate,
    /// The intermediate key.
    pub intermediate: Wrapped,
}

impl Store {
    /// Returns the account's profiles with a complete chain, newest first.
    pub async fn profiles(&self, account: AccountId) -> Result<Vec<Profile>, StoreError> {
        let rows = profile::Entity::find()
            .filter(profile::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .filter(profile::Column::State.ne(state_text(ProfileState::Issued)))
            .order_by_desc(profile::Column::Id)
            .all(&self.db)
            .await?;
        name_apart(rows)?.iter().map(Profile::of).collect()
    }

    /// Returns one of the account's profiles, if its chain is complete.
    pub async fn profile(&self, account: AccountId, id: ProfileId) -> Result<Option<ProfileDetail>, StoreError> {
        let Some((row, address)) = self.profile_row(account, id).await? else {
            return Ok(None);
        };
        let profile = Profile::of(&row)?;
        if profile.state == ProfileState::Issued {
            return Ok(None);
        }
        Ok(Some(ProfileDetail {
            profile,
            keys: ProfileKeys::from_stored(&row, address.clone())?,
            address,
        }))
    }

    /// Stores a profile in state `issued`, and returns its id and name. `wrap` wraps the intermediate key for the new
    /// profile's id. Removes abandoned issuances.
    pub async fn issue_profile(
        &self,
        new: NewProfile<'_>,
        now: OffsetDateTime,
        wrap: impl FnOnce(ProfileId) -> Result<Wrapped, VaultError> + Send,
    ) -> Result<(ProfileId, String), StoreError> {
        let transaction = self.write().await?;
        let removed = make_room(&transaction, new.mailbox, now).await?;
        let name = free_name(&transaction, new.mailbox, new.name, None).await?;
        let row = profile::ActiveModel {
            mailbox_id: Set(new.mailbox.0),
            kind: Set(kind_text(ProfileKind::Smime).to_owned()),
            state: Set(state_text(ProfileState::Issued).to_owned()),
            relay_domain: Set(new.relay_domain.to_owned()),
            root: Set(None),
            intermediate: Set(None),
            user: Set(new.user.der().to_vec()),
            intermediate_key: Set(Vec::new()),
            not_before: Set(new.user.not_before().unix_timestamp()),
            not_after: Set(new.user.not_after().unix_timestamp()),
            created_at: Set(now.unix_timestamp()),
            name: Set(name.clone()),
            ..Default::default()
        };
        let row = inherit_settings(&transaction, row, new.mailbox).await?;
        let id = insert(&transaction, row, wrap).await?;
        transaction.commit().await?;
        if removed > 0 {
            self.scrub().await;
        }
        Ok((id, name))
    }

    /// Stores an OpenPGP profile, which is `ready` at once. `wrap` wraps the trust key for the new profile's id.
    pub async fn add_pgp_profile(
        &self,
        new: NewPgpProfile<'_>,
        now: OffsetDateTime,
        wrap: impl FnOnce(ProfileId) -> Result<Wrapped, VaultError> + Send,
    ) -> Result<ProfileId, StoreError> {
        let trust = new.trust.into_bytes();
        let transaction = self.write().await?;
        let row = profile::ActiveModel {
            mailbox_id: Set(new.mailbox.0),
            kind: Set(kind_text(ProfileKind::Pgp).to_owned()),
            state: Set(state_text(ProfileState::Ready).to_owned()),
            relay_domain: Set(new.relay_domain.to_owned()),
            // The trust key has both roles. People trust it, and it certifies the contact keys.
            root: Set(Some(trust.clone())),
            intermediate: Set(Some(trust)),
            user: Set(new.person),
            intermediate_key: Set(Vec::new()),
            not_before: Set(new.not_before.unix_timestamp()),
            not_after: Set(new.not_after.unix_timestamp()),
            created_at: Set(now.unix_timestamp()),
            name: Set(free_name(&transaction, new.mailbox, new.name, None).await?),
            ..Default::default()
        };
        let row = inherit_settings(&transaction, row, new.mailbox).await?;
        let id = insert(&transaction, row, wrap).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Returns one of the account's open issuances.
    pub async fn pending_profile(
        &self,
        account: AccountId,
        id: ProfileId,
        now: OffsetDateTime,
    ) -> Result<Option<PendingProfile>, StoreError> {
        let Some((row, address)) = self.profile_row(account, id).await? else {
            return Ok(None);
        };
        if row.state != state_text(ProfileState::Issued) || row.created_at <= (now - ISSUANCE).unix_timestamp() {
            return Ok(None);
        }
        Ok(Some(PendingProfile {
            subject: Subject {
                mailbox: address,
                relay_domain: row.relay_domain,
            },
            user: read_certificate(Role::User, Some(&row.user))?,
            intermediate: Wrapped(row.intermediate_key),
        }))
    }

    async fn profile_row(
        &self,
        account: AccountId,
        id: ProfileId,
    ) -> Result<Option<(profile::Model, EmailAddress)>, StoreError> {
        let row = profile::Entity::find_by_id(id.0)
            .filter(profile::Column::MailboxId.in_subquery(mailboxes_of(account)))
            .one(&self.db)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let address: Option<String> = mailbox::Entity::find_by_id(row.mailbox_id)
            .select_only()
            .column(mailbox::Column::Address)
            .into_tuple()
            .one(&self.db)
            .await?;
        let Some(address) = address else { return Ok(None) };
        Ok(Some((row, read_address(&address)?)))
    }
}

impl Profile {
    pub(super) fn of(row: &profile::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: ProfileId(row.id),
            name: shown_name(row)?,
            mailbox: MailboxId(row.mailbox_id),
            kind: read_kind(&row.kind)?,
            state: read_state(&row.state)?,
            not_before: read_time(row.not_before)?,
            not_after: read_time(row.not_after)?,
            evidence: evidence(row)?,
        })
    }
}

/// Returns the evidence that the person has a profile's key.
pub(super) fn evidence(row: &profile::Model) -> Result<KeyEvidence, StoreError> {
    Ok(KeyEvidence {
        kind: read_kind(&row.kind)?,
        exported: row.exported_at.is_some(),
        tested: row.tested_at.is_some(),
    })
}

/// Inserts the row first and wraps the key then, because the wrapping is bound to the row's id.
async fn insert(
    db: &DatabaseTransaction,
    row: profile::ActiveModel,
    wrap: impl FnOnce(ProfileId) -> Result<Wrapped, VaultError> + Send,
) -> Result<ProfileId, StoreError> {
    let id = ProfileId(profile::Entity::insert(row).exec(db).await?.last_insert_id);
    let wrapped = wrap(id).map_err(StoreError::Wrap)?;
    profile::Entity::update_many()
        .col_expr(profile::Column::IntermediateKey, Expr::value(wrapped.0))
        .filter(profile::Column::Id.eq(id.0))
        .exec(db)
        .await?;
    Ok(id)
}

/// Removes abandoned issuances of all mailboxes, and this mailbox's oldest ones until there is room for one more.
async fn make_room(db: &DatabaseTransaction, mailbox: MailboxId, now: OffsetDateTime) -> Result<u64, StoreError> {
    let abandoned = delete_abandoned(db, now).await?;
    let surplus: Vec<i64> = profile::Entity::find()
        .select_only()
        .column(profile::Column::Id)
        .filter(profile::Column::MailboxId.eq(mailbox.0))
        .filter(profile::Column::State.eq(state_text(ProfileState::Issued)))
        .order_by_desc(profile::Column::Id)
        .into_tuple()
        .all(db)
        .await?
        .into_iter()
        .skip(OPEN_ISSUANCES as usize - 1)
        .collect();
    let deleted = profile::Entity::delete_many()
        .filter(profile::Column::Id.is_in(surplus))
        .exec(db)
        .await?;
    Ok(abandoned + deleted.rows_affected)
}

pub(super) async fn delete_abandoned(
    db: &impl sea_orm::ConnectionTrait,
    now: OffsetDateTime,
) -> Result<u64, StoreError> {
    let deleted = profile::Entity::delete_many()
        .filter(profile::Column::State.eq(state_text(ProfileState::Issued)))
        .filter(profile::Column::CreatedAt.lte((now - ISSUANCE).unix_timestamp()))
        .exec(db)
        .await?;
    Ok(deleted.rows_affected)
}
