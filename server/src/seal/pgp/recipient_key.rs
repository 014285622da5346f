//! Reads the person's OpenPGP key and accepts only usable public keys.

use std::time::SystemTime;

use sequoia_openpgp::{
    Cert,
    cert::{
        CertParser,
        amalgamation::{ValidAmalgamation, ValidateAmalgamation},
    },
    parse::Parse,
    serialize::SerializeInto,
};
use time::OffsetDateTime;

use super::{
    KeyError,
    key_policy::{self, PersonKeyError},
    moment, policy,
};
use crate::mail::mime;

/// Most octets of a submitted key that are read. A key with many certifications has some hundred thousand.
const MOST_OCTETS: usize = 1024 * 1024;

/// A certificate that a profile's messages are encrypted to. Its signatures on answers count.
#[derive(Clone, Debug)]
pub struct PersonKey(Cert);

impl PersonKey {
    /// Reads a submitted key, armored or binary. It must be one certificate that can encrypt at `now`. A secret key is
    /// rejected and not stored, because it should never have left the person. The result has only valid user ids and
    /// subkeys, with the key's own signatures.
    pub fn read(submitted: &[u8], now: OffsetDateTime) -> Result<Self, PersonKeyError> {
        let now = moment(now);
        let cert = only_certificate(submitted)?;
        key_policy::check(&cert, now)?;
        let policy = policy(now);
        let kept = key_policy::bare(
            &cert,
            |user_id| {
                let valid = user_id.clone().with_policy(&policy, now);
                valid.is_ok_and(|valid| !key_policy::is_revoked(&valid.revocation_status()))
            },
            |subkey| subkey.key().pk_algo().is_supported() && subkey.clone().with_policy(&policy, now).is_ok(),
        );
        let kept = kept.map_err(PersonKeyError::Unreadable)?;
        key_policy::check(&kept, now)?;
        Ok(Self(kept))
    }

    /// Reads the output of [`Self::to_bytes`]. [`Self::usable_at`] tells if the key can still be used.
    pub fn from_stored(octets: &[u8]) -> Result<Self, PersonKeyError> {
        only_certificate(octets).map(Self)
    }

    /// Returns the bytes to store.
    pub fn to_bytes(&self) -> Result<Vec<u8>, KeyError> {
        self.0.to_vec().map_err(|error| KeyError::Write(error.into()))
    }

    /// Returns the fingerprint in hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint().to_hex()
    }

    /// Returns the user ids as they are written. They are untrusted text.
    pub fn user_ids(&self) -> Vec<String> {
        let user_ids = self.0.userids();
        user_ids
            .map(|user_id| String::from_utf8_lossy(user_id.userid().value()).into_owned())
            .collect()
    }

    /// Names the algorithms of the primary key and of the encryption subkeys, such as "Ed25519 / X25519" or "RSA-3072".
    pub fn algorithm(&self) -> String {
        let primary = key_policy::algorithm(self.0.primary_key().key().mpis());
        let time = key_policy::latest(&self.0);
        let encryption = key_policy::encryption_keys(&self.0, &policy(time), time)
            .max_by_key(|key| key.key().creation_time())
            .map(|key| key_policy::algorithm(key.key().mpis()));
        match encryption {
            Some(encryption) if encryption != primary => format!("{primary} / {encryption}"),
            _ => primary,
        }
    }

    /// Returns when the primary key was created.
    pub fn created_at(&self) -> OffsetDateTime {
        self.0.primary_key().key().creation_time().into()
    }

    /// Returns the time after which nothing in the key can encrypt, or `None` if it has no end. It is the end of the
    /// certificate or of the last encryption subkey, whichever is earlier.
    pub fn expires_at(&self) -> Option<OffsetDateTime> {
        let time = key_policy::latest(&self.0);
        let policy = policy(time);
        let whole = self.0.primary_key().with_policy(&policy, time).ok();
        let whole = whole.and_then(|primary| primary.key_expiration_time());
        let subkeys: Vec<Option<SystemTime>> = key_policy::encryption_keys(&self.0, &policy, time)
            .map(|key| key.key_expiration_time())
            .collect();
        let subkeys = subkeys
            .into_iter()
            .reduce(|one, other| Some(one?.max(other?)))
            .flatten();
        let earlier = [whole, subkeys].into_iter().flatten().min();
        earlier.map(OffsetDateTime::from)
    }

    /// Returns when the certificate last said something about itself. Before then, what it says may not hold yet.
    pub fn newest_signature_at(&self) -> OffsetDateTime {
        key_policy::latest(&self.0).into()
    }

    /// Checks if the key can encrypt at a time.
    pub fn usable_at(&self, now: OffsetDateTime) -> Result<(), PersonKeyError> {
        key_policy::check(&self.0, moment(now))
    }

    pub(super) fn cert(&self) -> &Cert {
        &self.0
    }
}

/// Returns the only certificate, which must have no secret part.
fn only_certificate(octets: &[u8]) -> Result<Cert, PersonKeyError> {
    if octets.len() > MOST_OCTETS {
        return Err(PersonKeyError::TooLarge);
    }
    // The library would read only the first of several armored blocks.
    if mime::contains(octets, "-----BEGIN PGP PRIVATE KEY BLOCK-----") {
        return Err(PersonKeyError::Secret);
    }
    if memchr::memmem::find_iter(octets, b"-----BEGIN PGP ").count() > 1 {
        return Err(PersonKeyError::Several);
    }
    let parser = CertParser::from_bytes(octets).map_err(|error| PersonKeyError::Unreadable(error.into()))?;
    let all: Vec<_> = parser.collect();
    if all.iter().flatten().any(Cert::is_tsk) {
        return Err(PersonKeyError::Secret);
    }
    let mut certs = Vec::new();
    for each in all {
        certs.push(each.map_err(|error| PersonKeyError::Unreadable(error.into()))?);
    }
    match (certs.pop(), certs.pop()) {
        (None, _) => Err(PersonKeyError::Empty),
        (Some(_), Some(_)) => Err(PersonKeyError::Several),
        (Some(cert), None) => Ok(cert),
    }
}
