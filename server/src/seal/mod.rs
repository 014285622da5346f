//! Sealing: pure, synchronous, bytes and keys in, bytes out. It knows no database, setting or clock; time and randomness
//! are parameters. [`Sealed`] has no constructors but [`envelope`] and [`pgp`].
//!
//! There are two sealers, S/MIME and OpenPGP ([`pgp`]). What S/MIME seals is multipart/signed inside
//! application/pkcs7-mime; smime-type=enveloped-data (RFC 8551 §3.7). The algorithms are the one set that OpenSSL, NSS and
//! gpgsm all read: RSA PKCS#1 v1.5, SHA-256, AES-256-CBC. Who asks for it gets authEnveloped-data with RSA-OAEP and
//! AES-256-GCM instead.

pub mod envelope;
mod error;
pub mod nature;
pub mod open;
mod parameters;
pub mod pgp;
mod rsa_key;
pub mod sign;

use app::{pki::certificate::Certificate, profile::Cipher};
pub use error::SealError;
use rand_core::CryptoRng;
pub use rsa_key::AwsLc;
use time::OffsetDateTime;

use crate::mail::rewritten::{Rewritten, agree};

/// A message that only the person can read: outer header and application/pkcs7-mime body.
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// The whole message.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// The person that a message is sealed for.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The user certificate.
    pub certificate: &'a Certificate,
    /// The cipher that the person's client reads.
    pub cipher: Cipher,
}

/// Signs and encrypts a rewritten message. The signature tells its time only if Date agrees with it: RFC 8551 §2.5.1 does not
/// ask for the time, and a client that sees two times far apart calls the signature invalid.
pub fn seal(
    rewritten: &Rewritten,
    signer: &sign::Signer,
    reader: Reader<'_>,
    now: OffsetDateTime,
    rng: &mut impl CryptoRng,
) -> Result<Sealed, SealError> {
    let signing_time = agree(rewritten.date, now).then_some(now);
    let signed = signer.sign(&rewritten.inner, reader.cipher, signing_time, rng)?;
    envelope::envelope(&rewritten.outer, signed, reader, now, rng)
}
