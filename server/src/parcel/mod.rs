//! Defines the parcel, the only form in which a message leaves the relay.
//!
//! It can be built only from types with private fields: a sealed message, a permit to send in the clear, a stripped reply, a letter of
//! the relay itself, or an item of the queue, where only parcels get.

pub mod item;

use app::{
    address::{EmailAddress, OutsideAddress},
    id::MailboxId,
};
use zeroize::Zeroizing;

use crate::{
    dkim::{DkimError, DkimSigner},
    envelope::RequireTls,
    letters::Written,
    parcel::item::{SendPermit, Unlocked},
    policy::ClearPermit,
    seal::Sealed,
    strip::Stripped,
};

/// A message ready to be handed over, with its envelope.
pub struct Parcel {
    from: Option<EmailAddress>,
    to: OutsideAddress,
    bytes: Zeroizing<Vec<u8>>,
    clear: Option<MailboxId>,
    require_tls: RequireTls,
}

impl Parcel {
    /// A parcel with a sealed message.
    pub fn from_sealed(to: EmailAddress, message: Sealed) -> Self {
        Self::new(None, to, Zeroizing::new(message.into_bytes()))
    }

    /// A parcel with an unencrypted message. Only policy grants the permit, and this consumes it. If the message waits in
    /// the queue, each delivery attempt needs a new one.
    pub fn in_clear(to: EmailAddress, message: Zeroizing<Vec<u8>>, permit: ClearPermit) -> Self {
        Self {
            clear: Some(permit.mailbox()),
            ..Self::new(None, to, message)
        }
    }

    /// A parcel with the relay's own message to a person, such as a code. It never holds relayed mail.
    pub fn notice(from: EmailAddress, to: EmailAddress, message: Written) -> Self {
        Self::new(Some(from), to, message.into_bytes())
    }

    /// A parcel with a person's reply, stripped of what would identify the person.
    pub fn reply(to: OutsideAddress, message: Stripped) -> Self {
        Self::new(None, to, message.into_bytes())
    }

    /// A parcel with the relay's own report to an outside sender. It never holds relayed mail.
    pub fn report(to: OutsideAddress, message: Written) -> Self {
        Self::new(None, to, message.into_bytes())
    }

    /// A parcel from the queue, under its return path. This consumes the permit to deliver it.
    pub fn from_queue(from: Option<EmailAddress>, to: OutsideAddress, message: Unlocked, permit: SendPermit) -> Self {
        Self {
            from,
            to,
            bytes: message.into_bytes(),
            clear: permit.mailbox(),
            require_tls: RequireTls::No,
        }
    }

    fn new(from: Option<EmailAddress>, to: impl Into<OutsideAddress>, bytes: Zeroizing<Vec<u8>>) -> Self {
        Self {
            from,
            to: to.into(),
            bytes,
            clear: None,
            require_tls: RequireTls::No,
        }
    }

    /// Sets how it may travel.
    #[must_use]
    pub fn requiring_tls(self, require_tls: RequireTls) -> Self {
        Self { require_tls, ..self }
    }

    /// Adds the relay's DKIM signature. Use it for messages with an address of the relay in From.
    pub fn sign(self, signer: &DkimSigner) -> Result<Self, DkimError> {
        Ok(Self {
            bytes: signer.sign_message(self.bytes)?,
            ..self
        })
    }

    /// The envelope sender; `None` is the null reverse-path.
    pub fn from(&self) -> Option<&EmailAddress> {
        self.from.as_ref()
    }

    /// Envelope recipient.
    pub fn to(&self) -> &OutsideAddress {
        &self.to
    }

    /// The message, with CRLF line ends.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The mailbox, if policy permitted the message to go there unencrypted.
    pub fn clear_mailbox(&self) -> Option<MailboxId> {
        self.clear
    }

    /// How it may travel.
    pub fn require_tls(&self) -> RequireTls {
        self.require_tls
    }

    /// Splits the parcel into recipient and message, for the queue.
    pub fn into_parts(self) -> (OutsideAddress, Zeroizing<Vec<u8>>) {
        (self.to, self.bytes)
    }
}
