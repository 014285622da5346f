//! Issues contact certificates: the certificate of one contact under one profile.

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

/// Issues the certificate: subject and rfc822Name = `relay_address`, keyUsage digitalSignature + keyEncipherment, EKU
/// emailProtection, SMIMECapabilities (RFC 4262: AES-256-CBC, AES-128-CBC), valid from `now` (never before the chain) to
/// the chain's end.
///
/// Refuses an intermediate key that is not the chain's, an address that the chain's name constraints do not permit (no
/// client would believe the certificate), and a chain that has ended.
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
