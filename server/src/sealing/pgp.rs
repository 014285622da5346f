//! Seals with OpenPGP. The profile's trust key certifies the contacts' keys.

use app::address::EmailAddress;
use getrandom::SysRng;
use rand_core::UnwrapErr;
use time::OffsetDateTime;

use super::Made;
use crate::{
    mail::rewritten::Rewritten,
    refusal::{Reason, Refusal},
    seal::{
        Sealed,
        pgp::{self, ContactKey, PersonKey, TrustKey},
    },
};

/// Makes a contact's key and certifies it with the trust key.
pub(super) fn issue(trust: &[u8], address: &EmailAddress, now: OffsetDateTime) -> Result<Made, Refusal> {
    let made = || {
        let key = ContactKey::generate(address, &TrustKey::from_secret(trust)?, now)?;
        Ok(Made {
            certificate: key.public_bytes()?,
            key: key.to_secret()?,
        })
    };
    made().map_err(|error: pgp::KeyError| Refusal::because(Reason::Issue, error))
}

/// Reads a contact's key.
pub(super) fn signer(contact: &Made) -> Result<ContactKey, Refusal> {
    ContactKey::from_secret(&contact.key).map_err(|error| Refusal::because(Reason::Signer, error))
}

/// Signs as the contact and encrypts to the person's key.
pub(super) fn seal(
    rewritten: Rewritten,
    (signer, others): (&ContactKey, &[Vec<u8>]),
    person: &PersonKey,
    now: OffsetDateTime,
) -> Result<Sealed, Refusal> {
    pgp::seal(rewritten, (signer, others), person, now, &mut UnwrapErr(SysRng))
        .map_err(|error| Refusal::because(Reason::Seal, error))
}
