//! The master key, and private keys wrapped under it (AES-256-GCM). Nothing here is ever logged.

use zeroize::Zeroizing;

/// A key at rest: nonce, ciphertext and tag.
#[derive(Clone, PartialEq, Eq)]
pub struct Wrapped(pub Vec<u8>);

/// What a wrapped key belongs to; bound to the ciphertext, so that rows cannot be swapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The intermediate key of a profile.
    Intermediate {
        /// The profile's row.
        profile: i64,
    },
    /// The key of a contact's correspondent certificate under a profile.
    Correspondent {
        /// The profile's row.
        profile: i64,
        /// The contact's row.
        contact: i64,
    },
    /// A constant by which a wrong master key is noticed at start.
    KeyCheck,
}

/// Holds the master key.
pub struct Vault {}

/// Why the vault could not be opened or a key not unwrapped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The wrapped key was changed, belongs elsewhere, or was made under another master key.
    #[error("a stored key does not open under this master key")]
    Unwrap,
}

impl Vault {
    /// Wraps a private key.
    pub fn wrap(&self, purpose: Purpose, key: &[u8]) -> Result<Wrapped, VaultError> {
        let _ = (purpose, key);
        unimplemented!()
    }

    /// Opens a wrapped key.
    pub fn unwrap(&self, purpose: Purpose, wrapped: &Wrapped) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let _ = (purpose, wrapped);
        unimplemented!()
    }

    /// A keyed identifier of 128 bits (HMAC-SHA-256 under a key derived from the master key and `label`), for names that
    /// must be stable yet tell nothing of what they stand for.
    pub fn pseudonym(&self, label: &'static str, of: &[u8]) -> [u8; 16] {
        let _ = (label, of);
        unimplemented!()
    }
}
