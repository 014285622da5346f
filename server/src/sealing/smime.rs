//! Seals with S/MIME. The profile's intermediate certificate signs the contacts' certificates.

use app::{
    address::EmailAddress,
    pki::{
        PkiError,
        certificate::Certificate,
        chain::Chain,
        contact,
        key::{ContactKey, IntermediateKey},
        role::Role,
    },
    profile::Cipher,
};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use time::OffsetDateTime;

use super::Made;
use crate::{
    mail::rewritten::Rewritten,
    refusal::{Reason, Refusal},
    seal::{self, AwsLc, Reader, Sealed, sign::Signer},
};

/// Reads a profile's intermediate key.
pub(super) fn intermediate(pkcs8: &[u8]) -> Result<IntermediateKey, Refusal> {
    IntermediateKey::from_pkcs8(pkcs8, &AwsLc).map_err(|error| Refusal::because(Reason::Issue, error))
}

/// Issues a contact's certificate.
pub(super) fn issue(
    chain: &Chain,
    intermediate: &IntermediateKey,
    key: &ContactKey,
    address: &EmailAddress,
    now: OffsetDateTime,
) -> Result<Made, Refusal> {
    let made = || {
        let rng = &mut UnwrapErr(SysRng);
        let certificate = contact::issue(chain, intermediate, key, address, now, rng)?;
        Ok(Made {
            certificate: certificate.der().to_vec(),
            key: key.to_pkcs8()?,
        })
    };
    made().map_err(|error: PkiError| Refusal::because(Reason::Issue, error))
}

/// Reads a contact's certificate and key.
pub(super) fn signer(contact: &Made, chain: &Chain) -> Result<Signer, Refusal> {
    let certificate = Certificate::from_der(Role::Contact, &contact.certificate)
        .map_err(|error| Refusal::because(Reason::Certificate, error))?;
    Signer::new(&certificate, chain, &contact.key).map_err(|error| Refusal::because(Reason::Signer, error))
}

/// Signs as the contact and encrypts to the chain's user certificate.
pub(super) fn seal(
    rewritten: Rewritten,
    (signer, others): (&Signer, &[Vec<u8>]),
    chain: &Chain,
    cipher: Cipher,
    now: OffsetDateTime,
) -> Result<Sealed, Refusal> {
    let signer = signer
        .clone()
        .beside(others)
        .map_err(|error| Refusal::because(Reason::Certificate, error))?;
    let reader = Reader {
        certificate: chain.user(),
        cipher,
    };
    seal::seal(rewritten, &signer, reader, now, &mut UnwrapErr(SysRng))
        .map_err(|error| Refusal::because(Reason::Seal, error))
}
