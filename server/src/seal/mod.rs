//! Signs and encrypts messages, and opens what mail clients encrypted: S/MIME here, OpenPGP in [`pgp`].
//!
//! The module is pure and synchronous: bytes and keys go in, bytes come out. It knows no database, setting or clock.
//! Time and randomness are parameters. Only [`envelope`] and [`pgp`] can construct a [`Sealed`].
//!
//! An S/MIME message is multipart/signed inside application/pkcs7-mime; smime-type=enveloped-data (RFC 8551 §3.7). It
//! uses the one set of algorithms that OpenSSL, NSS and gpgsm all read: RSA PKCS#1 v1.5, SHA-256 and AES-256-CBC. If
//! the profile asks for it, the message is authEnveloped-data with RSA-OAEP and AES-256-GCM instead.
//!
//! Opening returns `open::Opened` for both. Each signature in it names the signer (certificate or OpenPGP fingerprint)
//! and the signing time. It also has a digest over something that exists in one form only. OpenPGP uses the signed
//! digest for this, because an ECDSA value has two forms.
//!
//! The two kinds of profile differ only in these places:
//!
//! | place | S/MIME | PGP |
//! | --- | --- | --- |
//! | `store::keys::ProfileKeys` | the chain, verified when it is read | the person's key, and the trust key's public part |
//! | row of a profile | root, intermediate, user; the intermediate key wrapped | root = intermediate = trust key (it is both at once), user = the person's key; the trust key's secret wrapped; `not_after` 9999-12-31T23:59:59Z (RFC 5280 §4.1.2.5) if the key never expires |
//! | row of a contact's key | certificate in DER, RSA key wrapped | public packets, whole key wrapped |
//! | creating keys and sealing | `sealing::smime` | `sealing::pgp` |
//! | usable now? (`ProfileKeys::usable_at`) | validity of the user certificate | the library's policy on the person's key at that time |
//! | opening (`keyring::Keyring`) | [`open`] | [`pgp`], if the whole body is OpenPGP's |
//! | pages of `app` | `ui::issue` (keys in the browser) | `ui::pgp` (forms) |
//!
//! Contact keys always have the standard size. The server holds them anyway, and any new sender could make it spend
//! seconds of processor time on a longer one.

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

/// A message that only the person can read: the outer header and an encrypted body.
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Returns the whole message.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// The person that a message is sealed for.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The user certificate.
    pub certificate: &'a Certificate,
    /// The cipher that the person's mail client reads.
    pub cipher: Cipher,
}

/// Signs and encrypts a rewritten message. The signature states its time only if Date agrees with it. RFC 8551 §2.5.1
/// does not require the time, and clients call a signature invalid if the two times are far apart.
///
/// A large message is signed and encrypted within its buffer, and then encoded into a second one.
pub fn seal(
    rewritten: Rewritten,
    signer: &sign::Signer,
    reader: Reader<'_>,
    now: OffsetDateTime,
    rng: &mut impl CryptoRng,
) -> Result<Sealed, SealError> {
    let Rewritten { outer, inner, date } = rewritten;
    let signing_time = agree(date, now).then_some(now);
    let signed = signer.sign(inner, reader.cipher, signing_time, rng)?;
    envelope::envelope(&outer, signed, reader, now, rng)
}
