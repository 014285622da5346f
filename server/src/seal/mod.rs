//! Sealing: pure, synchronous, bytes and keys in, bytes out. A [`Sealed`] has no constructor but encryption.

mod envelope;
pub mod sign;

use app::pki::certificate::Certificate;
pub use envelope::Sealed;
use rand_core::CryptoRng;
use time::OffsetDateTime;

use crate::inbound::rewrite::Rewritten;

/// Signs the inner half for the contact, encrypts it to the person, and puts the outer half before it.
pub fn seal(
    message: &Rewritten,
    signer: &sign::Signer,
    recipient: &Certificate,
    now: OffsetDateTime,
    rng: &mut impl CryptoRng,
) -> Result<Sealed, SealError> {
    let signed = signer.sign(&message.inner, now, rng)?;
    envelope::envelope(&message.outer, &signed, recipient, now, rng)
}

/// Why a message was not sealed; it then does not leave.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The signing key cannot be read, or is not the certificate's.
    #[error("the correspondent key cannot be used")]
    Key,
    /// The recipient's certificate is past its end or before its start.
    #[error("the user certificate is not valid now")]
    NotValidNow,
    /// The recipient's key is not of the one kind that is encrypted to: rsaEncryption.
    #[error("the user certificate's key is of a kind that is not supported")]
    Algorithm,
    /// The CMS library could not build the structure.
    #[error("CMS failed")]
    Cms(#[from] cms::builder::Error),
    /// DER failed.
    #[error("DER failed")]
    Der(#[from] der::Error),
    /// The SignedData could not be put together.
    #[error("signing failed")]
    Signing,
}
