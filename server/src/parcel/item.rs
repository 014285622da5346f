//! Encrypts a parcel under the queue key, together with what is needed if it cannot be delivered.

use app::{
    address::{EmailAddress, OutsideAddress},
    id::{AliasId, MailboxId},
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    envelope::RequireTls,
    parcel::Parcel,
    policy::{PermitError, Permits},
    store::queue::NewItem,
    vault::{Locked, Part, Token, Vault, VaultError},
};

/// The origin of an item, which decides who is told if it fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// Mail from outside to an alias.
    Inbound {
        /// The alias.
        alias: AliasId,
        /// The envelope sender, if it was authenticated. Nobody else is sent a report, so that forged mail causes none.
        sender: Option<EmailAddress>,
    },
    /// A person's reply to a contact.
    Reply {
        /// The alias that sends it.
        alias: AliasId,
    },
    /// A test message of a profile. The profile's page tells what became of it.
    // As older releases wrote it.
    #[serde(rename = "Probe")]
    TestMessage,
    /// A message from the relay itself. Nobody is told if it fails, so that no report causes a report.
    Report,
}

/// The facts about an item that the worker reads without its message.
#[derive(Serialize, Deserialize)]
pub struct Context {
    /// Envelope recipient.
    pub to: OutsideAddress,
    /// The origin.
    pub origin: Origin,
    /// The mailbox, if the message goes to it unencrypted. Items of older versions do not say. It is private, so that nothing
    /// but [`lock`] makes a context, and no item loses the need for a permit.
    #[serde(default)]
    clear: Option<MailboxId>,
    /// How it may travel. Items of older versions do not say, because none was accepted with REQUIRETLS.
    #[serde(default)]
    pub require_tls: RequireTls,
}

/// A permit to hand an item over.
pub struct SendPermit {
    clear: Option<MailboxId>,
}

impl Context {
    /// Asks for the permit to deliver an item now. An unencrypted item needs a new permit at every try, because the person
    /// may have activated a profile in the meantime. Returns `None` if policy no longer grants it. A sealed item always
    /// gets its permit.
    pub async fn permit(&self, permits: &Permits) -> Result<Option<SendPermit>, PermitError> {
        let Some(mailbox) = self.clear else {
            return Ok(Some(SendPermit { clear: None }));
        };
        let permit = permits.clear(mailbox).await?;
        Ok(permit.map(|permit| SendPermit {
            clear: Some(permit.mailbox()),
        }))
    }
}

impl SendPermit {
    /// The mailbox that the item goes to unencrypted.
    pub fn mailbox(&self) -> Option<MailboxId> {
        self.clear
    }
}

/// An item that was given up.
pub struct Failed {
    /// Envelope recipient.
    pub to: OutsideAddress,
    /// The origin.
    pub origin: Origin,
    /// The next hop's answer. It may name addresses.
    pub reason: String,
    /// The enhanced status code (RFC 3463).
    pub status: &'static str,
    /// The message, if it is still stored.
    pub message: Option<Unlocked>,
    /// The length of the message in octets.
    pub octets: u64,
    /// How the message had to travel.
    pub require_tls: RequireTls,
}

/// A message that was decrypted with the queue key. Only parcels are encrypted under this key, so it was a parcel.
pub struct Unlocked(Zeroizing<Vec<u8>>);

impl Unlocked {
    /// Decrypts the message of an item.
    pub(crate) fn open(locked: Locked, token: Token, vault: &Vault) -> Result<Self, VaultError> {
        vault.unlock(token, Part::Message, locked).map(Self)
    }

    /// The message.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the message for delivery.
    pub fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}

/// Encrypts a parcel for the queue.
pub(crate) fn lock(
    parcel: Parcel,
    origin: Origin,
    mailbox: Option<MailboxId>,
    vault: &Vault,
) -> Result<NewItem, VaultError> {
    let token = Token::random()?;
    let (clear, require_tls) = (parcel.clear_mailbox(), parcel.require_tls());
    let (to, mut message) = parcel.into_parts();
    let octets = message.len() as u64;
    let domain = to.domain().to_owned();
    // Serializing cannot fail: there is no map with other keys than strings and no serializer of its own.
    let context = Context {
        to,
        origin,
        clear,
        require_tls,
    };
    let context = serde_json::to_vec(&context).map_err(|_| VaultError::Wrap)?;
    Ok(NewItem {
        token,
        domain,
        context: vault.lock(token, Part::Context, context)?,
        message: vault.lock(token, Part::Message, std::mem::take(&mut *message))?,
        octets,
        mailbox,
        held: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_item_is_read_as_it_was() {
        let older = r#"{"to":"ann@example.org","origin":{"Inbound":{"alias":1,"sender":null}}}"#;
        let context: Context = serde_json::from_str(older).unwrap();
        assert_eq!((context.clear, context.require_tls), (None, RequireTls::No));
        let context = Context {
            clear: Some(MailboxId(7)),
            require_tls: RequireTls::Always,
            ..context
        };
        let written = serde_json::to_vec(&context).unwrap();
        let read: Context = serde_json::from_slice(&written).unwrap();
        assert_eq!((read.clear, read.require_tls), (Some(MailboxId(7)), RequireTls::Always));
    }
}
