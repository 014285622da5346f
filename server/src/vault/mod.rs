//! Wraps private keys under the master key, and locks the queue (AES-256-GCM). Nothing here is ever logged.
//!
//! The master key itself encrypts nothing. The vault derives a key from it for each use, and keeps only those. The
//! master key is written only to its own file, which is never written twice, and into backups, which are encrypted. A
//! `Purpose` binds each wrapped key to its row, so that rows cannot be swapped. docs/SECURITY.md lists all keys at rest.
//!
//! While the master key is rotated, the vault has two: the one of the settings and the previous one. It reads under either, and
//! writes under the one that the database is bound to ([`Vault::use_key`]).

mod command;
mod lock;
mod master;
mod rotate;

use std::sync::OnceLock;

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead, KeyInit, Payload},
};
use app::id::{AccountId, AliasId, ContactId, ProfileId};
use hmac::{Hmac, Mac};
use rotate::Writing;
use sha2::Sha256;
use zeroize::Zeroizing;

pub use command::{CommandError, KeyCommand, KeyCommandError};
pub use lock::{Locked, Part, Token};
pub use master::MasterKeySource;
pub use rotate::{KeyId, Which};

/// A key at rest: nonce, ciphertext and tag.
#[derive(Clone, PartialEq, Eq)]
pub struct Wrapped(pub Vec<u8>);

/// The owner of a wrapped key. The ciphertext is bound to it, so that rows cannot be swapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The key that certifies the keys of a profile's contacts: the intermediate key of S/MIME, the trust key of OpenPGP.
    Certifier {
        /// The id of the profile.
        profile: ProfileId,
    },
    /// The key of a contact under a profile.
    ContactKey {
        /// The id of the profile.
        profile: ProfileId,
        /// The id of the contact.
        contact: ContactId,
    },
    /// A constant that reveals a wrong master key at start.
    KeyCheck,
    /// A key generated in advance, which belongs to nobody yet.
    Pooled,
    /// The two identifiers of a message of an alias.
    MessageIds {
        /// The id of the alias.
        alias: AliasId,
    },
    /// The Subject of a message from or to a contact.
    Subject {
        /// The id of the contact.
        contact: ContactId,
    },
    /// The id of an alias, in its unsubscribe link.
    Unsubscribe,
    /// The secret of an account's one-time passwords.
    OneTimePassword {
        /// The id of the account.
        account: AccountId,
    },
    /// The seed of an account's new recovery codes that are not in force yet.
    RecoveryCodes {
        /// The id of the account.
        account: AccountId,
    },
    /// The naming key of the first master key, which outlives it.
    Naming,
}

/// Holds the keys that are derived from the master key, and from the previous one while it is rotated.
pub struct Vault {
    configured: Derived,
    previous: Option<Derived>,
    writing: Writing,
    /// The key of pseudonyms, once the database has said which it is.
    naming: OnceLock<Zeroizing<[u8; 32]>>,
}

/// The keys that are derived from one master key.
struct Derived {
    id: KeyId,
    wrapping: Zeroizing<[u8; 32]>,
    naming: Zeroizing<[u8; 32]>,
    queue: Zeroizing<[u8; 32]>,
}

/// Why the vault could not be opened, or a key not be wrapped or unwrapped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The file of the master key could not be read or created.
    #[error("the master key's file {path} could not be read or made")]
    File {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Users other than its owner may read or write the file of the master key.
    #[error("the master key's file {path} must be readable by its owner only (chmod 600)")]
    Exposed {
        /// The file.
        path: String,
    },
    /// The master key is not 32 bytes in base64 or hexadecimal digits.
    #[error("the master key is not 32 bytes in base64 or hexadecimal digits")]
    Malformed,
    /// The command that prints the master key failed.
    #[error("the master key's command {program} failed")]
    Command {
        /// Its program.
        program: String,
        /// Why.
        #[source]
        source: CommandError,
    },
    /// The master key and the previous one are the same.
    #[error("the previous master key is the same as the master key")]
    SamePrevious,
    /// The database went over to a master key that this process does not have.
    #[error("the database was bound to another master key while this process ran; start it with that key")]
    Superseded,
    /// The thread that reads the master key failed.
    #[error("the master key was not read")]
    Thread(#[source] tokio::task::JoinError),
    /// The system's source of randomness failed.
    #[error("the system gave no random bytes")]
    Randomness(#[source] getrandom::Error),
    /// A key could not be wrapped.
    #[error("a key could not be wrapped")]
    Wrap,
    /// The wrapped key was changed, belongs to another row, or was wrapped under another master key.
    #[error("a stored key does not open under this master key")]
    Unwrap,
}

const NONCE: usize = 12;

impl Vault {
    /// Reads the master key. Creates it if the source is the server's own file and there is none.
    pub fn open(source: &MasterKeySource) -> Result<Self, VaultError> {
        source.read().map(|master| Self::derived_from(&master))
    }

    /// Reads the master key, and never creates it. Returns `None` if it is the server's own and there is none yet.
    pub fn open_existing(source: &MasterKeySource) -> Result<Option<Self>, VaultError> {
        Ok(source.read_existing()?.map(|master| Self::derived_from(&master)))
    }

    fn derived_from(master: &[u8; 32]) -> Self {
        Self {
            configured: Derived::of(master),
            previous: None,
            writing: Writing::default(),
            naming: OnceLock::new(),
        }
    }

    /// Wraps a private key.
    pub fn wrap(&self, purpose: Purpose, key: &[u8]) -> Result<Wrapped, VaultError> {
        self.current()?.wrap(purpose, key)
    }

    /// Unwraps a key.
    pub fn unwrap(&self, purpose: Purpose, wrapped: &Wrapped) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let mut opened = self.derived().map(|derived| derived.unwrap(purpose, wrapped));
        opened.find_map(Result::ok).ok_or(VaultError::Unwrap)
    }

    /// Returns a keyed identifier of 128 bits: HMAC-SHA-256 under a key derived from the master key and `label`. It is
    /// for names that must be stable but reveal nothing.
    pub fn pseudonym(&self, label: &'static str, of: &[u8]) -> [u8; 16] {
        let key = derive(self.naming(), label.as_bytes());
        let full = derive(&key, of);
        let mut half = [0; 16];
        half.copy_from_slice(&full[..16]);
        half
    }
}

impl Derived {
    fn of(master: &[u8; 32]) -> Self {
        Self {
            id: KeyId::of(master),
            wrapping: derive(master, b"sealpost wrapping 1"),
            naming: derive(master, b"sealpost naming 1"),
            queue: derive(master, b"sealpost queue 1"),
        }
    }

    fn wrap(&self, purpose: Purpose, key: &[u8]) -> Result<Wrapped, VaultError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(VaultError::Randomness)?;
        let aad = purpose.aad();
        let sealed = self
            .cipher()
            .encrypt(&Nonce::from(nonce), Payload { msg: key, aad: &aad })
            .map_err(|_| VaultError::Wrap)?;
        Ok(Wrapped([nonce.as_slice(), &sealed].concat()))
    }

    fn unwrap(&self, purpose: Purpose, wrapped: &Wrapped) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (nonce, sealed) = wrapped.0.split_first_chunk::<NONCE>().ok_or(VaultError::Unwrap)?;
        let aad = purpose.aad();
        self.cipher()
            .decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: &aad })
            .map(Zeroizing::new)
            .map_err(|_| VaultError::Unwrap)
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(&(*self.wrapping).into())
    }
}

impl Purpose {
    /// A distinct first byte and a fixed width, so that no two purposes have the same data.
    fn aad(self) -> Vec<u8> {
        match self {
            Self::Certifier { profile } => [&[1], profile.0.to_be_bytes().as_slice()].concat(),
            Self::ContactKey { profile, contact } => {
                [&[2], profile.0.to_be_bytes().as_slice(), &contact.0.to_be_bytes()].concat()
            }
            Self::KeyCheck => vec![3],
            Self::Pooled => vec![4],
            Self::MessageIds { alias } => [&[5], alias.0.to_be_bytes().as_slice()].concat(),
            Self::Naming => vec![7],
            Self::Subject { contact } => [&[6], contact.0.to_be_bytes().as_slice()].concat(),
            Self::Unsubscribe => vec![21],
            Self::OneTimePassword { account } => [&[16], account.0.to_be_bytes().as_slice()].concat(),
            Self::RecoveryCodes { account } => [&[17], account.0.to_be_bytes().as_slice()].concat(),
        }
    }
}

/// HMAC-SHA-256 as a key derivation, the one-block case of HKDF-Expand (RFC 5869 §2.3). All keys here are uniform.
fn derive(key: &[u8; 32], info: &[u8]) -> Zeroizing<[u8; 32]> {
    // RFC 2104 §2: a key shorter than a block is padded with zeros.
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&(*block).into());
    mac.update(info);
    Zeroizing::new(mac.finalize().into_bytes().into())
}
