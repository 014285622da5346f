//! Reads the keys of a profile. They depend on the profile's kind; all else is the same for every kind.

use app::{address::EmailAddress, pki::chain::Chain, profile::ProfileKind};
use time::OffsetDateTime;

use super::{
    StoreError,
    entity::profile,
    stored::{read_chain, read_kind},
};
use crate::seal::pgp::{PersonKey, TrustKey};

/// The public keys of a profile: the person's, and the one that certifies its contacts' keys.
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
    /// The person's key, to which mail is encrypted and with which replies are signed.
    pub person: PersonKey,
    /// The profile's trust key, its public part, armored.
    pub trust: String,
    /// Its fingerprint, hex.
    pub trust_fingerprint: String,
}

impl ProfileKeys {
    /// S/MIME or PGP.
    pub fn kind(&self) -> ProfileKind {
        match self {
            Self::Smime(_) => ProfileKind::Smime,
            Self::Pgp(_) => ProfileKind::Pgp,
        }
    }

    /// Whether mail can be sealed with them at a moment.
    pub fn usable_at(&self, now: OffsetDateTime) -> bool {
        match self {
            Self::Smime(chain) => chain.user().not_before() <= now && now <= chain.user().not_after(),
            Self::Pgp(keys) => keys.person.usable_at(now).is_ok(),
        }
    }

    /// Of a complete profile.
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
