//! Reads and writes the relay's secret keys, and prepares them for signing.

use sequoia_openpgp::{Cert, crypto::KeyPair, parse::Parse, serialize::SerializeInto};
use zeroize::Zeroizing;

use super::KeyError;

/// Reads a key that was stored with its secret parts.
pub(super) fn from_secret(octets: &[u8]) -> Result<Cert, KeyError> {
    let cert = Cert::from_bytes(octets).map_err(|error| KeyError::Read(error.into()))?;
    let complete = cert.keys().all(|key| key.key().has_unencrypted_secret());
    complete.then_some(cert).ok_or(KeyError::Incomplete)
}

/// Writes a key with its secret parts.
pub(super) fn to_secret(cert: &Cert) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let octets = cert.as_tsk().to_vec();
    octets
        .map(Zeroizing::new)
        .map_err(|error| KeyError::Write(error.into()))
}

/// Returns the primary key, ready to sign.
pub(super) fn primary_pair(cert: &Cert) -> Result<KeyPair, KeyError> {
    let key = cert.primary_key().key().clone();
    let pair = key.parts_into_secret().and_then(|key| key.into_keypair());
    pair.map_err(|error| KeyError::Read(error.into()))
}
