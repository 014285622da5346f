//! Reads the keys of a profile. Only they depend on the kind of profile.

use app::{address::EmailAddress, pki::chain::Chain, profile::ProfileKind};
use time::OffsetDateTime;

use super::{
    StoreError,
    entity::profile,
    stored::{read_chain, read_kind},
};
use crate::seal::pgp::{PersonKey, TrustKey};

/// The public keys of a profile: the person's key, and the key that certifies its contact keys.
#[derive(Clone)]
pub enum ProfileKeys {
    /// S/MIME.
    Smime(Box<Chain>),
    /// OpenPGP.
    Pgp(Box<PgpKeys>),
}

/// The keys of an OpenPGP profile.
#[derive(Clone)]
pub struct PgpKeys {
    /// The person's key. Mail is encrypted to it, and replies are signed with it.
    pub person: PersonKey,
    /// The public part of the profile's trust key, armored.
    pub trust: String,
    /// The fingerprint of the trust key in hexadecimal digits.
    pub trust_fingerprint: String,
}

impl ProfileKeys {
    /// Returns the kind of the profile.
    pub fn kind(&self) -> ProfileKind {
        match self {
            Self::Smime(_) => ProfileKind::Smime,
            Self::Pgp(_) => ProfileKind::Pgp,
        }
    }

    /// Whether mail can be sealed with these keys at a time.
    pub fn usable_at(&self, now: OffsetDateTime) -> bool {
        match self {
            Self::Smime(chain) => chain.user().not_before() <= now && now <= chain.user().not_after(),
            Self::Pgp(keys) => keys.person.usable_at(now).is_ok(),
        }
    }

    /// Whether the keys are from after a time. A profile is made with the time of the browser and of the relay, so a clock is wrong
    /// then.
    pub fn is_premature(&self, now: OffsetDateTime) -> bool {
        match self {
            Self::Smime(chain) => now < chain.user().not_before(),
            Self::Pgp(keys) => now < keys.person.newest_signature_at(),
        }
    }

    /// Reads the keys of a complete profile.
    pub(super) fn from_stored(row: &profile::Model, mailbox: EmailAddress) -> Result<Self, StoreError> {
        match read_kind(&row.kind)? {
            ProfileKind::Smime => Ok(Self::Smime(Box::new(read_chain(row, mailbox)?))),
            ProfileKind::Pgp => {
                let trust = row.root.clone().and_then(|armored| String::from_utf8(armored).ok());
                let trust = trust.ok_or(StoreError::Damaged("trust key"))?;
                Ok(Self::Pgp(Box::new(PgpKeys {
                    person: PersonKey::from_stored(&row.user).map_err(|_| StoreError::Damaged("OpenPGP key"))?,
                    trust_fingerprint: TrustKey::fingerprint_of(&trust)
                        .map_err(|_| StoreError::Damaged("trust key"))?,
                    trust,
                })))
            }
        }
    }
}
