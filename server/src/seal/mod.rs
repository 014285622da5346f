//! Signs and encrypts messages, and opens what mail clients encrypted: S/MIME here, OpenPGP in [`pgp`].
//!
//! Pure and synchronous: bytes and keys in, bytes out. It knows no database, setting or clock; time and randomness are parameters.
//! [`Sealed`] has no constructors but [`envelope`] and [`pgp`].
//!
//! The S/MIME form is multipart/signed inside application/pkcs7-mime; smime-type=enveloped-data (RFC 8551 §3.7). The algorithms
//! are the one set that OpenSSL, NSS and gpgsm all read: RSA PKCS#1 v1.5, SHA-256, AES-256-CBC. A profile that asks for it gets
//! authEnveloped-data with RSA-OAEP and AES-256-GCM instead.
//!
//! For what comes back both give `open::Opened`. Its signatures name the signer (the certificate, or the OpenPGP fingerprint), the
//! signing time, and a digest over what cannot be given another form: for OpenPGP the digest that was signed, as ECDSA values have
//! two forms.
//!
//! The two kinds of profile differ in these places only:
//!
//! | place | S/MIME | PGP |
//! | --- | --- | --- |
//! | `store::keys::ProfileKeys` | the chain, verified when it is read | the person's key, and the trust key's public part |
//! | row of a profile | root, intermediate, user; the intermediate key wrapped | root = intermediate = trust key (it is both at once), user = the person's key; the trust key's secret wrapped; `not_after` 9999-12-31T23:59:59Z (RFC 5280 §4.1.2.5) if the key has no end |
//! | row of a contact's key | certificate in DER, RSA key wrapped | public packets, whole key wrapped |
//! | making and sealing | `sealing::smime` | `sealing::pgp` |
//! | usable now? (`ProfileKeys::usable_at`) | validity of the user certificate | the library's policy on the person's key at that time |
//! | opening (`keyring::Keyring`) | [`open`] | [`pgp`], if the whole body is OpenPGP's |
//! | pages of `app` | `ui::issue` (keys in the browser) | `ui::pgp` (forms) |
//!
//! Keys of contacts are always of the standard size: the server holds them anyhow, and a longer one would cost seconds of a
//! processor at the wish of any new sender.

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
