//! The OpenPGP sealer: PGP/MIME (RFC 3156), signed and encrypted in one OpenPGP message (RFC 9580).
//!
//! Pure like the rest of sealing: bytes, keys and the time in, bytes out; session keys and new keys come from the system's
//! randomness, as the library takes no other. Three kinds of keys: the person's, of which only the public part is ever held
//! ([`PersonKey`]); the profile's, which does nothing but certify ([`TrustKey`]); and one for each contact ([`ContactKey`]).
//!
//! | stage | module | why |
//! | --- | --- | --- |
//! | the person's certificate: read, checked, reduced to what is of use | [`recipient_key`], [`key_policy`] | a key is refused in words |
//! | the profile's key; a contact's key, certified | [`trust`], [`contact`] | version 4, Ed25519 and Curve25519: GnuPG 2.2 reads it |
//! | the sealed content: the rewritten entity and the contact's key | [`payload`] | fields of the message stay on top, those of the body move; an `hp` parameter is repeated on the outermost part |
//! | sign, encrypt, armor, multipart/encrypted, Autocrypt | [`mod@seal`], [`armor`] | ours is the only Autocrypt field, and DKIM signs it whether it is there or not |
//! | layers of a received message | [`mod@open`] | the same reading, limits and loop as for S/MIME |
//! | decryption, to the end, before anything reads what comes out | [`decipher`] | the library's time would tell of the plaintext |
//! | signatures within: one-pass or detached | [`judge`] | packets allowed by name and number; one compressed layer at most, no encrypted one, 128 MiB; only the person's key, if it could sign then; not a signature that names other recipients |

mod armor;
pub mod contact;
mod decipher;
mod judge;
mod key_policy;
mod open;
mod payload;
pub mod recipient_key;
mod seal;
mod secret;
pub mod trust;

use std::time::{Duration, SystemTime};

use sequoia_openpgp::policy::StandardPolicy;
use time::OffsetDateTime;

pub use contact::ContactKey;
pub use key_policy::PersonKeyError;
pub use open::{is_openpgp, open};
pub use recipient_key::PersonKey;
pub use seal::seal;
pub use trust::TrustKey;

/// The library's error. It is for the log: its text is not for people.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a key of ours was not made, read or written. None of it is the fault of who is outside.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A new key was not made.
    #[error("an OpenPGP key could not be made")]
    Generate(#[source] Cause),
    /// A stored key is not one.
    #[error("a stored OpenPGP key cannot be read")]
    Read(#[source] Cause),
    /// A stored key has no secret part, or no user id.
    #[error("a stored OpenPGP key lacks a part")]
    Incomplete,
    /// A key was not written.
    #[error("an OpenPGP key could not be written")]
    Write(#[source] Cause),
}

/// OpenPGP counts whole seconds since 1970 (RFC 9580 §3.5).
fn moment(time: OffsetDateTime) -> SystemTime {
    let seconds = u64::try_from(time.unix_timestamp()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The library's policy at a time: which hashes, ciphers and key lengths are strong enough.
fn policy(now: SystemTime) -> StandardPolicy<'static> {
    StandardPolicy::at(now)
}
