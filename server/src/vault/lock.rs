//! Encrypts queued messages in the database with the queue key.
//!
//! Each item has its own key, derived from its token, so that no key is used for too many items. Large messages are
//! encrypted in place.

use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

use super::{Derived, Vault, VaultError, derive};

/// The random name of a queue item. Nobody can guess one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token(pub [u8; 16]);

/// A part of a queue item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Recipient and origin.
    Context,
    /// The message.
    Message,
}

/// Bytes under the queue key: ciphertext, tag and nonce. Only [`Vault::lock`] creates them, or they are read from the
/// database. So plaintext cannot be queued. Clones share them.
#[derive(Clone, PartialEq, Eq)]
pub struct Locked(Arc<Vec<u8>>);

impl Token {
    /// Creates a random token.
    pub fn random() -> Result<Self, VaultError> {
        let mut token = [0; 16];
        getrandom::fill(&mut token).map_err(VaultError::Randomness)?;
        Ok(Self(token))
    }
}

impl Locked {
    /// Takes stored octets.
    pub fn from_stored(bytes: Vec<u8>) -> Self {
        Self(Arc::new(bytes))
    }

    /// The octets to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the octets to store. They are copied if a clone is left.
    pub fn into_bytes(self) -> Vec<u8> {
        Arc::unwrap_or_clone(self.0)
    }
}

impl Vault {
    /// Encrypts a part of an item.
    pub fn lock(&self, token: Token, part: Part, bytes: Vec<u8>) -> Result<Locked, VaultError> {
        self.current()?.lock(token, part, bytes)
    }

    /// Decrypts a part of an item.
    pub fn unlock(&self, token: Token, part: Part, locked: Locked) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let mut derived = self.derived();
        let (Some(first), second) = (derived.next(), derived.next()) else {
            return Err(VaultError::Unwrap);
        };
        let Some(second) = second else {
            return first.unlock(token, part, locked);
        };
        // Decryption in place destroys what does not open.
        let opened = first.unlock(token, part, locked.clone());
        opened.or_else(|_| second.unlock(token, part, locked))
    }
}

impl Derived {
    pub(super) fn lock(&self, token: Token, part: Part, mut bytes: Vec<u8>) -> Result<Locked, VaultError> {
        let nonce = self
            .item_key(token, part)?
            .seal_in_place_append_tag(Aad::empty(), &mut bytes)
            .map_err(|_| VaultError::Wrap)?;
        bytes.extend_from_slice(nonce.as_ref());
        Ok(Locked(Arc::new(bytes)))
    }

    pub(super) fn unlock(&self, token: Token, part: Part, locked: Locked) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let mut bytes = Zeroizing::new(locked.into_bytes());
        let at = bytes.len().checked_sub(NONCE_LEN).ok_or(VaultError::Unwrap)?;
        let nonce = Nonce::try_assume_unique_for_key(&bytes[at..]).map_err(|_| VaultError::Unwrap)?;
        let opened = self
            .item_key(token, part)?
            .open_in_place(nonce, Aad::empty(), &mut bytes[..at])
            .map_err(|_| VaultError::Unwrap)?
            .len();
        bytes.truncate(opened);
        Ok(bytes)
    }

    fn item_key(&self, token: Token, part: Part) -> Result<RandomizedNonceKey, VaultError> {
        let part = match part {
            Part::Context => 1,
            Part::Message => 2,
        };
        let key = derive(&self.queue, &[token.0.as_slice(), &[part]].concat());
        RandomizedNonceKey::new(&AES_256_GCM, key.as_slice()).map_err(|_| VaultError::Wrap)
    }
}
