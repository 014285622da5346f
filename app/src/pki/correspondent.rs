//! The certificate of one contact under one profile.

use rand_core::CryptoRng;
use time::OffsetDateTime;

use super::{
    certificate::Certificate,
    chain::Chain,
    error::PkiError,
    key::{CorrespondentKey, IntermediateKey},
};
use crate::address::EmailAddress;

/// Issues the certificate: subject and rfc822Name = `relay_address`, keyUsage digitalSignature + keyEncipherment, EKU
/// emailProtection, SMIMECapabilities (RFC 4262: AES-256-CBC, AES-128-CBC), valid from `now` (never before the chain) to the chain's end.
pub fn issue(
    chain: &Chain,
    intermediate: &IntermediateKey,
    key: &CorrespondentKey,
    relay_address: &EmailAddress,
    now: OffsetDateTime,
    rng: &mut impl CryptoRng,
) -> Result<Certificate, PkiError> {
    let _ = (chain, intermediate, key, relay_address, now, rng);
    unimplemented!()
}
