//! Holds the keys that open a person's messages and verify their signatures, of both kinds, and finds which of them a message needs.

use app::pki::{PkiError, certificate::Certificate, role::Role};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{
    seal::{
        open::{self, OpenError, Opened},
        pgp::{self, ContactKey, KeyError, PersonKey},
    },
    store::{correspondence::ReplyRoute, keys::ProfileKeys},
    vault::{Purpose, Vault, VaultError},
};

/// Why the keys could not be prepared. None of these is the fault of a message's sender.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// A private key could not be unwrapped.
    #[error("a contact's key does not unwrap")]
    Unwrap(#[from] VaultError),
    /// A stored certificate is invalid.
    #[error("a stored certificate cannot be read")]
    Certificate(#[from] PkiError),
    /// A stored OpenPGP key is invalid.
    #[error("a stored key cannot be read")]
    Key(#[from] KeyError),
}

/// The contact's keys under each current profile, and the person's keys that verify signatures.
#[derive(Default)]
pub(crate) struct Keyring {
    certificates: Vec<(Certificate, Zeroizing<Vec<u8>>)>,
    users: Vec<Certificate>,
    contact_keys: Vec<ContactKey>,
    persons: Vec<PersonKey>,
}

impl Keyring {
    /// Creates a keyring that verifies signatures by the profiles' persons and decrypts nothing.
    pub fn of_signers<'a>(profiles: impl IntoIterator<Item = &'a ProfileKeys>) -> Self {
        let mut keys = Self::default();
        for profile in profiles {
            match profile {
                ProfileKeys::Smime(chain) => keys.users.push(chain.user().clone()),
                ProfileKeys::Pgp(own) => keys.persons.push(own.person.clone()),
            }
        }
        keys
    }

    /// Creates a keyring that also holds the contact's unwrapped keys.
    pub fn unwrap_keys(route: &ReplyRoute, vault: &Vault) -> Result<Self, KeyringError> {
        let mut keys = Self::of_signers(route.profiles.iter().map(|profile| &profile.keys));
        for profile in &route.profiles {
            let Some(contact) = &profile.contact_certificate else {
                continue;
            };
            let purpose = Purpose::ContactKey {
                profile: profile.id,
                contact: route.contact,
            };
            let key = vault.unwrap(purpose, &contact.key)?;
            match &profile.keys {
                ProfileKeys::Smime(_) => {
                    let certificate = Certificate::from_der(Role::Contact, &contact.certificate)?;
                    keys.certificates.push((certificate, key));
                }
                ProfileKeys::Pgp(_) => {
                    keys.contact_keys.push(ContactKey::from_secret(&key)?);
                }
            }
        }
        Ok(keys)
    }

    /// Opens a message with the keys of its format. An unsealed message opens as it is.
    pub fn open(&self, message: &[u8], now: OffsetDateTime) -> Result<Opened, OpenError> {
        match pgp::is_openpgp(message) {
            true => {
                let recipients: Vec<_> = self.contact_keys.iter().collect();
                let signers: Vec<_> = self.persons.iter().collect();
                pgp::open(message, &recipients, &signers, now)
            }
            false => {
                let recipients: Vec<_> = self
                    .certificates
                    .iter()
                    .map(|(certificate, key)| open::Recipient { certificate, key })
                    .collect();
                let signers: Vec<_> = self.users.iter().collect();
                open::open(message, &recipients, &signers, &mut UnwrapErr(SysRng))
            }
        }
    }
}
