//! Issues the certificate of a contact under a profile.

use rand_core::CryptoRng;
use time::OffsetDateTime;

use super::{
    certificate::Certificate,
    chain::Chain,
    error::{Check, Part, PkiError},
    issue,
    key::{ContactKey, IntermediateKey},
    role::Role,
    template::Template,
    validity::Validity,
    verify::refused,
};
use crate::address::EmailAddress;

/// Issues the certificate. Subject and rfc822Name are `relay_address`, keyUsage is digitalSignature and
/// keyEncipherment, and EKU is emailProtection. SMIMECapabilities (RFC 4262) are AES-256-CBC and AES-128-CBC. It is
/// valid from `now`, but not before the chain, to the chain's end.
///
/// Fails if the intermediate key is not the chain's, if the chain has expired, or if the chain's name constraints do
/// not permit the address, because no client would trust the certificate.
pub fn issue(
    chain: &Chain,
    intermediate: &IntermediateKey,
    key: &ContactKey,
    relay_address: &EmailAddress,
    now: OffsetDateTime,
    rng: &mut impl CryptoRng,
) -> Result<Certificate, PkiError> {
    let above = chain.intermediate();
    if intermediate.public() != above.key() {
        return Err(refused(Part::PrivateKey, Check::PublicKey));
    }
    if !above.permits(relay_address) {
        return Err(refused(Part::Certificate(Role::Contact), Check::SubjectAltName));
    }
    let validity = Validity::between(now.max(above.not_before()), above.not_after())?;
    issue::certificate(
        &Template::Contact(relay_address),
        key.public(),
        above.common_name(),
        (intermediate.public(), intermediate),
        validity,
        rng,
    )
}
