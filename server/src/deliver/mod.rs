//! Handing over: the last stage. What it accepts is a [`Parcel`], and a parcel is sealed, permitted by policy to go in
//! the clear, or the relay's own notice; there is no other constructor.

mod destination;
pub mod dkim;
mod file;
mod mx;
mod pace;
mod reach;
mod smarthost;

use std::{net::SocketAddr, sync::Arc};

use app::{
    address::{EmailAddress, OutsideAddress},
    api::account::MailboxId,
};
use async_trait::async_trait;
pub use destination::{Destination, DestinationError};
use dkim::{DkimError, DkimSigner};
pub use file::FileCourier;
use lettre::{Address, address::Envelope};
pub use mx::{MxCourier, MxError, SMTP_PORT};
pub use pace::Timeouts;
pub use reach::Reach;
pub use smarthost::SmarthostCourier;
use zeroize::Zeroizing;

use crate::{
    inbound::policy::ClearPermit,
    mail::outside,
    queue::item::{Leave, Unlocked},
    reply::strip::Stripped,
    seal::Sealed,
};

/// A message ready to be handed over, with its envelope.
pub struct Parcel {
    from: Option<EmailAddress>,
    to: OutsideAddress,
    bytes: Zeroizing<Vec<u8>>,
    clear: Option<MailboxId>,
}

impl Parcel {
    /// A sealed message.
    pub fn sealed(to: EmailAddress, message: Sealed) -> Self {
        Self::new(None, to, message.into_bytes())
    }

    /// A message that goes as it is, which only policy can permit. The permit is used up: where the message waits, there has
    /// to be another one.
    pub fn clear(to: EmailAddress, message: Vec<u8>, permit: ClearPermit) -> Self {
        Self {
            clear: Some(permit.mailbox()),
            ..Self::new(None, to, message)
        }
    }

    /// The relay's own message to a person, such as a code; it never holds relayed mail.
    pub fn notice(from: EmailAddress, to: EmailAddress, message: Vec<u8>) -> Self {
        Self::new(Some(from), to, message)
    }

    /// A person's reply, stripped of what would identify the person.
    pub fn reply(to: OutsideAddress, message: Stripped) -> Self {
        Self {
            from: None,
            to,
            bytes: message.into_bytes(),
            clear: None,
        }
    }

    /// The relay's own report to an outside sender; it never holds relayed mail.
    pub fn report(to: OutsideAddress, message: Vec<u8>) -> Self {
        Self {
            from: None,
            to,
            bytes: Zeroizing::new(message),
            clear: None,
        }
    }

    /// A parcel out of the queue, under its return path; the leave to hand it over is used up.
    pub fn unlocked(from: Option<EmailAddress>, to: OutsideAddress, message: Unlocked, leave: Leave) -> Self {
        Self {
            from,
            to,
            bytes: message.into_bytes(),
            clear: leave.mailbox(),
        }
    }

    fn new(from: Option<EmailAddress>, to: EmailAddress, bytes: Vec<u8>) -> Self {
        Self {
            from,
            to: to.into(),
            bytes: Zeroizing::new(bytes),
            clear: None,
        }
    }

    /// The same with the relay's DKIM signature on top; for what has an address of the relay in From.
    pub fn signed(self, signer: &DkimSigner) -> Result<Self, DkimError> {
        Ok(Self {
            bytes: Zeroizing::new(signer.signed(&self.bytes)?),
            ..self
        })
    }

    /// Envelope sender; `None` is the null reverse-path.
    pub fn from(&self) -> Option<&EmailAddress> {
        self.from.as_ref()
    }

    /// Envelope recipient.
    pub fn to(&self) -> &OutsideAddress {
        &self.to
    }

    /// The message, CRLF lines.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The mailbox that it goes to in the clear, as policy permitted; nothing for all that is not.
    pub fn in_the_clear(&self) -> Option<MailboxId> {
        self.clear
    }

    /// Recipient and message, for the queue.
    pub fn into_parts(self) -> (OutsideAddress, Zeroizing<Vec<u8>>) {
        (self.to, self.bytes)
    }
}

/// Why a parcel was not handed over.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryError {
    /// The next hop refused for good (5xx).
    #[error("the next hop refused the message for good")]
    Never(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Not now: the next hop is down, busy or cannot be reached.
    #[error("the next hop does not take the message now")]
    Later(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A way out.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Hands the parcel over; `Ok` means that the next hop has taken responsibility for it.
    async fn deliver(&self, parcel: &Parcel) -> Result<(), DeliveryError>;

    /// The name of the next hop for mail to a domain, as the person reads it: by default the domain itself.
    fn next_hop(&self, domain: &str) -> String {
        domain.to_owned()
    }
}

/// Why a destination cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CourierError {
    /// The folder cannot be made.
    #[error("the outbox folder cannot be made")]
    Folder(#[source] std::io::Error),
    /// The smarthost's URL is not understood.
    #[error("the smarthost's address is not understood")]
    Smarthost(#[source] lettre::transport::smtp::Error),
    /// The resolver cannot be set up.
    #[error("the resolver cannot be set up")]
    Resolver(#[source] MxError),
}

/// The courier for a destination. `dns` is the resolver for `mx` and `reach` its bound, `hello` what the relay calls itself in
/// EHLO.
pub async fn courier(
    destination: Destination,
    dns: Option<SocketAddr>,
    hello: &str,
    reach: Reach,
) -> Result<Arc<dyn Courier>, CourierError> {
    Ok(match destination {
        Destination::File(folder) => Arc::new(FileCourier::open(&folder).await.map_err(CourierError::Folder)?),
        Destination::Smarthost { url, credentials } => {
            Arc::new(SmarthostCourier::new(&url, credentials, hello).map_err(CourierError::Smarthost)?)
        }
        Destination::Mx => Arc::new(MxCourier::new(dns, hello, SMTP_PORT, reach).map_err(CourierError::Resolver)?),
    })
}

/// The parcel's envelope in lettre's terms.
fn envelope(parcel: &Parcel) -> Result<Envelope, DeliveryError> {
    let from = parcel.from().map(|from| Address::new(from.local(), from.domain()));
    let from = from.transpose().map_err(|error| DeliveryError::Never(error.into()))?;
    // Local parts of more than 64 octets are in use, and refused by `Address::new`. The type holds nothing that could end the
    // command, and quotes what must be quoted.
    let to = Address::new_dangerous(parcel.to().local(), outside::written_domain(parcel.to()));
    Envelope::new(from, vec![to]).map_err(|error| DeliveryError::Never(error.into()))
}
