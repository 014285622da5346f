//! Sealing: pure, synchronous, bytes and keys in, bytes out. It knows no database, setting or clock; time and randomness
//! are parameters. [`Sealed`] has no constructors but [`envelope`] and [`pgp`].
//!
//! There are two sealers, S/MIME and OpenPGP ([`pgp`]). What S/MIME seals is multipart/signed inside application/pkcs7-mime; smime-type=enveloped-data (RFC 8551 §3.7). The
//! algorithms are the one set that OpenSSL, NSS and gpgsm all read: RSA PKCS#1 v1.5, SHA-256, AES-256-CBC.

pub mod envelope;
mod error;
pub mod nature;
pub mod open;
pub mod pgp;
mod rsa_key;
pub mod sign;

use app::pki::certificate::Certificate;
pub use error::SealError;
use rand_core::CryptoRng;
use time::OffsetDateTime;

use crate::mail::rewritten::Rewritten;

/// A message that only the person can read: outer header and application/pkcs7-mime body.
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// The whole message.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Signs and encrypts a rewritten message for the holder of the user certificate `recipient`.
pub fn seal(
    rewritten: &Rewritten,
    signer: &sign::Signer,
    recipient: &Certificate,
    now: OffsetDateTime,
    rng: &mut impl CryptoRng,
) -> Result<Sealed, SealError> {
    let signed = signer.sign(&rewritten.inner, now, rng)?;
    envelope::envelope(&rewritten.outer, signed, recipient, now, rng)
}
