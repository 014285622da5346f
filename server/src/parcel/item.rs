//! An item: a parcel under the queue key, with what is to be known when it cannot be delivered.

use app::{
    address::{EmailAddress, OutsideAddress},
    id::{AliasId, MailboxId},
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    parcel::Parcel,
    policy::Permits,
    store::{StoreError, queue::NewItem},
    vault::{Locked, Part, Token, Vault, VaultError},
};

/// Where an item came from, and so who is told when it fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// Mail from outside to an alias.
    Inbound {
        /// The alias.
        alias: AliasId,
        /// The envelope sender, if it was authenticated: nobody else is sent a report (DESIGN §6).
        sender: Option<EmailAddress>,
    },
    /// A person's reply to a contact.
    Reply {
        /// The alias that it goes out from.
        alias: AliasId,
    },
    /// A test message of a profile, whose page tells what becomes of it.
    Probe,
    /// A message from the relay itself. If it fails nobody is told: no bounce of a bounce.
    Report,
}

/// The data that the worker needs of an item without its message.
#[derive(Serialize, Deserialize)]
pub struct Context {
    /// Envelope recipient.
    pub to: OutsideAddress,
    /// Where it came from.
    pub origin: Origin,
    /// The mailbox that the message is for, where it is in the clear. Older items do not say.
    #[serde(default)]
    pub clear: Option<MailboxId>,
}

/// SendPermit to hand an item over.
pub struct SendPermit {
    clear: Option<MailboxId>,
}

impl Context {
    /// The permit to deliver an item now. An unencrypted item needs a new permit of policy at every try, because the person may
    /// have activated a profile while it waited: `None` if there is none any more. A sealed item may always go.
    pub async fn permit(&self, permits: &Permits) -> Result<Option<SendPermit>, StoreError> {
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
    /// The mailbox that the item goes to in the clear.
    pub fn mailbox(&self) -> Option<MailboxId> {
        self.clear
    }
}

/// An item that will not be delivered any more.
pub struct Failed {
    /// Envelope recipient.
    pub to: OutsideAddress,
    /// Where it came from.
    pub origin: Origin,
    /// The next hop's answer; it may name addresses.
    pub reason: String,
    /// Enhanced status code (RFC 3463) that fits.
    pub status: &'static str,
    /// The message, where it is still there.
    pub message: Option<Unlocked>,
    /// Length of the message.
    pub octets: u64,
}

/// A message out of the queue: whoever has one has read it back from under the queue key, where only a parcel can get.
pub struct Unlocked(Zeroizing<Vec<u8>>);

impl Unlocked {
    /// Reads the message of an item back.
    pub(crate) fn open(locked: Locked, token: Token, vault: &Vault) -> Result<Self, VaultError> {
        vault.unlock(token, Part::Message, locked).map(Self)
    }

    /// The message.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The message, to be delivered.
    pub fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}

/// Locks a parcel for the queue.
pub(crate) fn lock(
    parcel: Parcel,
    origin: Origin,
    mailbox: Option<MailboxId>,
    vault: &Vault,
) -> Result<NewItem, VaultError> {
    let token = Token::random()?;
    let clear = parcel.clear_mailbox();
    let (to, mut message) = parcel.into_parts();
    let octets = message.len() as u64;
    let domain = to.domain().to_owned();
    // No map with keys other than strings and no failing serializer in there.
    let context = serde_json::to_vec(&Context { to, origin, clear }).map_err(|_| VaultError::Wrap)?;
    Ok(NewItem {
        token,
        domain,
        context: vault.lock(token, Part::Context, context)?,
        message: vault.lock(token, Part::Message, std::mem::take(&mut *message))?,
        octets,
        mailbox,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_item_is_read_as_it_was() {
        let older = r#"{"to":"ann@example.org","origin":{"Inbound":{"alias":1,"sender":null}}}"#;
        let context: Context = serde_json::from_str(older).unwrap();
        assert_eq!(context.clear, None);
        let context = Context {
            clear: Some(MailboxId(7)),
            ..context
        };
        let written = serde_json::to_vec(&context).unwrap();
        let read: Context = serde_json::from_slice(&written).unwrap();
        assert_eq!(read.clear, Some(MailboxId(7)));
    }
}
