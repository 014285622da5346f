//! Two master keys at a time: which of them is written under, and what goes from the previous one to the one of the settings.

use std::{
    fmt,
    sync::atomic::{AtomicU8, Ordering},
};

use zeroize::Zeroizing;

use super::{Derived, Locked, MasterKeySource, Part, Purpose, Token, Vault, VaultError, Wrapped, derive};

/// A public name of a master key, by which processes tell each other which ones they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyId([u8; 8]);

/// One of the two master keys that a process has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one of the settings.
    Configured,
    /// The one before it.
    Previous,
}

/// The key that is written under.
#[derive(Default)]
pub(super) struct Writing(AtomicU8);

const CONFIGURED: u8 = 0;
const PREVIOUS: u8 = 1;
const NONE: u8 = 2;

impl KeyId {
    pub(super) fn of(master: &[u8; 32]) -> Self {
        let mut id = [0; 8];
        id.copy_from_slice(&derive(master, b"sealpost key id 1")[..8]);
        Self(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl Vault {
    /// Adds the previous master key, if its source has one.
    ///
    /// # Errors
    /// The key cannot be read, or is the same as the other one.
    pub fn with_previous(mut self, source: &MasterKeySource) -> Result<Self, VaultError> {
        let Some(master) = source.read_existing()? else {
            return Ok(self);
        };
        let previous = Derived::of(&master);
        if previous.id == self.configured.id {
            return Err(VaultError::SamePrevious);
        }
        self.previous = Some(previous);
        Ok(self)
    }

    /// The name of one of the keys. `None` if there is no previous one.
    pub fn key_id(&self, which: Which) -> Option<KeyId> {
        self.key(which).map(|derived| derived.id)
    }

    /// The key that is written under. `None` if the database is bound to one that this process does not have.
    pub fn writing(&self) -> Option<Which> {
        match self.writing.0.load(Ordering::Acquire) {
            CONFIGURED => Some(Which::Configured),
            PREVIOUS => Some(Which::Previous),
            _ => None,
        }
    }

    /// Writes under this key from now on. Without one, nothing more is wrapped or locked.
    pub fn use_key(&self, which: Option<Which>) {
        let writing = match which {
            Some(Which::Configured) => CONFIGURED,
            Some(Which::Previous) => PREVIOUS,
            None => NONE,
        };
        self.writing.0.store(writing, Ordering::Release);
    }

    /// Which of the keys a value was wrapped under, if it is one of them.
    pub fn key_of(&self, purpose: Purpose, wrapped: &Wrapped) -> Option<Which> {
        [Which::Configured, Which::Previous]
            .into_iter()
            .find(|which| self.key(*which).is_some_and(|key| key.unwrap(purpose, wrapped).is_ok()))
    }

    /// Makes all pseudonyms from now on with the naming key of the database, or with that of the key that is written under if the
    /// database has none. The first call decides: a process has one naming key.
    pub fn set_naming(&self, stored: Option<&Wrapped>) -> Result<(), VaultError> {
        let naming = match stored {
            Some(wrapped) => {
                let opened = self.unwrap(Purpose::Naming, wrapped)?;
                let mut naming = Zeroizing::new([0; 32]);
                match opened.len() {
                    32 => naming.copy_from_slice(&opened),
                    _ => return Err(VaultError::Unwrap),
                }
                naming
            }
            None => self.current()?.naming.clone(),
        };
        self.naming.get_or_init(|| naming);
        Ok(())
    }

    /// Wraps the naming key under the configured key. `stored` is the database's, or `None` if it is still the previous key's.
    pub fn keep_naming(&self, stored: Option<&Wrapped>) -> Result<Wrapped, VaultError> {
        let naming = match stored {
            Some(wrapped) => self.unwrap(Purpose::Naming, wrapped)?,
            None => Zeroizing::new(self.previous.as_ref().ok_or(VaultError::Unwrap)?.naming.to_vec()),
        };
        self.configured.wrap(Purpose::Naming, &naming)
    }

    /// Wraps a value under the configured key that is under the previous one. `None` if it is under the configured key already.
    ///
    /// # Errors
    /// It opens under neither.
    pub fn rewrap(&self, purpose: Purpose, wrapped: &Wrapped) -> Result<Option<Wrapped>, VaultError> {
        if self.configured.unwrap(purpose, wrapped).is_ok() {
            return Ok(None);
        }
        let previous = self.previous.as_ref().ok_or(VaultError::Unwrap)?;
        let value = previous.unwrap(purpose, wrapped)?;
        self.configured.wrap(purpose, &value).map(Some)
    }

    /// The same for a part of an item in the queue. The length stays.
    ///
    /// # Errors
    /// It opens under neither.
    pub fn relock(&self, token: Token, part: Part, locked: &Locked) -> Result<Option<Locked>, VaultError> {
        if self.configured.unlock(token, part, locked.clone()).is_ok() {
            return Ok(None);
        }
        let previous = self.previous.as_ref().ok_or(VaultError::Unwrap)?;
        let mut bytes = previous.unlock(token, part, locked.clone())?;
        self.configured.lock(token, part, std::mem::take(&mut *bytes)).map(Some)
    }

    pub(super) fn current(&self) -> Result<&Derived, VaultError> {
        let which = self.writing().ok_or(VaultError::Superseded)?;
        self.key(which).ok_or(VaultError::Superseded)
    }

    /// Both keys, the one that is written under first.
    pub(super) fn derived(&self) -> impl Iterator<Item = &Derived> {
        let (first, second) = match self.writing() {
            Some(Which::Previous) => (self.previous.as_ref(), Some(&self.configured)),
            _ => (Some(&self.configured), self.previous.as_ref()),
        };
        first.into_iter().chain(second)
    }

    /// The database says which it is when the vault is bound. Before, it is the configured key's.
    pub(super) fn naming(&self) -> &[u8; 32] {
        self.naming.get().unwrap_or(&self.configured.naming)
    }

    fn key(&self, which: Which) -> Option<&Derived> {
        match which {
            Which::Configured => Some(&self.configured),
            Which::Previous => self.previous.as_ref(),
        }
    }
}
