//! Seals with OpenPGP: PGP/MIME (RFC 3156), signed and encrypted in one OpenPGP message (RFC 9580).
//!
//! It is pure like the rest of sealing: bytes, keys and the time go in, bytes come out. Only session keys and new keys
//! use the system's randomness, because the library accepts no other. There are three kinds of keys:
//!
//! - The person's key ([`PersonKey`]). The relay only ever holds its public part.
//! - The profile's key ([`TrustKey`]), which only certifies.
//! - One key for each contact ([`ContactKey`]).
//!
//! | stage | module | why |
//! | --- | --- | --- |
//! | the person's certificate: read, checked, reduced to the useful parts | [`recipient_key`], [`key_policy`] | a refusal gives its reason in words |
//! | the profile's key; a contact's key, certified | [`trust`], [`contact`] | version 4, Ed25519 and Curve25519: GnuPG 2.2 reads it |
//! | the sealed content: the rewritten entity and the contact's key | [`payload`] | message fields stay on top and body fields move; an `hp` parameter is repeated on the outermost part |
//! | sign, encrypt, armor, multipart/encrypted, Autocrypt | [`mod@seal`], [`armor`] | the only Autocrypt field is ours, and DKIM signs its presence or absence |
//! | layers of a received message | [`mod@open`] | the same parser, limits and loop as for S/MIME |
//! | complete decryption before anything reads the output | [`decipher`] | the library's timing would reveal plaintext |
//! | signatures within: one-pass or detached | [`judge`] | the kinds and number of packets are limited, to one compressed layer, no encrypted one and 128 MiB; only the person's key counts, if it could sign then, and no signature that names other recipients |

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

/// An error of the library. It is for the log, because its text is not for people.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why one of our keys was not created, read or written. The sender is never at fault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A new key could not be created.
    #[error("an OpenPGP key could not be made")]
    Generate(#[source] Cause),
    /// A stored key cannot be read.
    #[error("a stored OpenPGP key cannot be read")]
    Read(#[source] Cause),
    /// A stored key has no secret part, or no user id.
    #[error("a stored OpenPGP key lacks a part")]
    Incomplete,
    /// A key could not be written.
    #[error("an OpenPGP key could not be written")]
    Write(#[source] Cause),
}

/// Truncates a time, because OpenPGP counts whole seconds since 1970 (RFC 9580 §3.5).
fn moment(time: OffsetDateTime) -> SystemTime {
    let seconds = u64::try_from(time.unix_timestamp()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Returns the library's policy at a time. It defines which hashes, ciphers and key lengths are strong enough.
fn policy(now: SystemTime) -> StandardPolicy<'static> {
    StandardPolicy::at(now)
}
