//! The keys that a relay address opens with, of both kinds, and which of them a message asks for.

use app::pki::certificate::{Certificate, Role};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::refusal;
use crate::{
    seal::{
        open::{self, Opened},
        pgp::{self, ContactKey, PersonKey},
    },
    smtp::reply::Refusal,
    store::{correspondence::ReplyRoute, keys::ProfileKeys},
    vault::{Purpose, Vault},
};

/// The contact's keys under each profile that has not ended, and the persons' keys that replies may be signed with.
#[derive(Default)]
pub(super) struct Keyring {
    certificates: Vec<(Certificate, Zeroizing<Vec<u8>>)>,
    users: Vec<Certificate>,
    contact_keys: Vec<ContactKey>,
    persons: Vec<PersonKey>,
}

impl Keyring {
    /// Unwraps the keys.
    pub fn unwrapped(route: &ReplyRoute, vault: &Vault) -> Result<Self, Refusal> {
        let mut keys = Self::default();
        for profile in &route.profiles {
            match &profile.keys {
                ProfileKeys::Smime(chain) => keys.users.push(chain.user().clone()),
                ProfileKeys::Pgp(own) => keys.persons.push(own.person.clone()),
            }
            let Some(correspondent) = &profile.correspondent else {
                continue;
            };
            let purpose = Purpose::Correspondent {
                profile: profile.id.0,
                contact: route.contact.0,
            };
            let key = vault
                .unwrap(purpose, &correspondent.key)
                .map_err(|error| Refusal::later("vault", error))?;
            match &profile.keys {
                ProfileKeys::Smime(_) => {
                    let certificate = Certificate::from_der(Role::Correspondent, &correspondent.certificate)
                        .map_err(|error| Refusal::later("certificate", error))?;
                    keys.certificates.push((certificate, key));
                }
                ProfileKeys::Pgp(_) => {
                    let key = ContactKey::from_secret(&key).map_err(|error| Refusal::later("key", error))?;
                    keys.contact_keys.push(key);
                }
            }
        }
        Ok(keys)
    }

    /// Opens a message with the keys of its kind. What is sealed in neither way opens as it is.
    pub fn open(&self, message: &[u8], now: OffsetDateTime) -> Result<Opened, Refusal> {
        let opened = match pgp::is_openpgp(message) {
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
        };
        opened.map_err(refusal::of_open)
    }
}
