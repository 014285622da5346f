//! The certificate of one contact under one profile.

use rand_core::CryptoRng;
use time::OffsetDateTime;

use super::{
    certificate::Certificate,
    chain::Chain,
    error::PkiError,
    issue,
    key::{CorrespondentKey, IntermediateKey},
    template::Template,
    validity::Validity,
};
use crate::address::EmailAddress;

/// Issues the certificate: subject and rfc822Name = `relay_address`, keyUsage digitalSignature + keyEncipherment, EKU
/// emailProtection, SMIMECapabilities (RFC 4262: AES-256-CBC, AES-128-CBC), valid from `now` (never before the chain) to
/// the chain's end.
pub fn issue(
    chain: &Chain,
    intermediate: &IntermediateKey,
    key: &CorrespondentKey,
    relay_address: &EmailAddress,
    now: OffsetDateTime,
    rng: &mut impl CryptoRng,
) -> Result<Certificate, PkiError> {
    let above = chain.intermediate();
    if intermediate.signatory().public() != above.key() {
        return Err(super::verify::refused(
            super::error::Part::PrivateKey,
            super::error::Check::PublicKey,
        ));
    }
    let validity = Validity::between(now.max(above.not_before()), above.not_after())?;
    issue::certificate(
        &Template::Correspondent(relay_address),
        key.signatory().public(),
        above.common_name(),
        intermediate.signatory(),
        validity,
        rng,
    )
}
