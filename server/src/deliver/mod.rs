//! Hands a parcel to the next hop: a file, a smarthost, or the recipient's mail host.
//!
//! A [`Parcel`] is sealed, permitted by policy to go in the clear, a stripped reply, or the relay's own notice; there is no other
//! constructor.

mod connections;
mod failures;
mod file;
mod lookup;
mod mail_host;
mod mx;
mod mx_error;
mod pace;
mod reach;
mod require_tls;
mod session;
mod smarthost;
mod starttls;
mod tls_policy;

use std::{net::SocketAddr, sync::Arc};

use crate::{
    clock::SystemClock,
    config::{Destination, Lanes, TlsPolicy},
    envelope::RequireTls,
    mail::outside,
    parcel::Parcel,
    tls::trusted_roots,
};
use app::address::EmailAddress;
use async_trait::async_trait;
pub use connections::KeepLimits;
pub use file::FileCourier;
use hickory_resolver::proto::dnssec::TrustAnchors;
use lettre::{Address, address::Envelope};
pub use mx::{Greeted, MxCourier, SMTP_PORT};
pub use mx_error::MxError;
pub use pace::Timeouts;
pub use reach::{Reach, is_public};
pub use require_tls::RequireTlsError;
pub use smarthost::{ConnectError, SmarthostCourier, SmarthostError};
use tls_policy::HTTPS_PORT;
pub use tls_policy::TlsSetupError;

/// Why a parcel was not handed over.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryError {
    /// The next hop refused permanently (5xx).
    #[error("the next hop refused the message for good")]
    Never(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A temporary failure: the next hop is down, busy or unreachable.
    #[error("the next hop does not take the message now")]
    Later(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The message demands REQUIRETLS, and no next hop satisfies it. This is permanent, too.
    #[error("the message demands TLS on its whole way (REQUIRETLS)")]
    Insecure(#[from] RequireTlsError),
}

impl DeliveryError {
    /// The enhanced status code (RFC 3463) if the message is given up because of this.
    pub fn status(&self) -> &'static str {
        match self {
            Self::Never(_) => "5.0.0",
            Self::Later(_) => "4.4.7",
            Self::Insecure(error) => error.status(),
        }
    }
}

/// A transport that hands parcels over.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Hands the parcel over. `Ok` means that the next hop took responsibility for it.
    async fn deliver(&self, parcel: &Parcel) -> Result<(), DeliveryError>;

    /// Opens a session with the next hop for mail to a domain, as for a message, and says goodbye. `Ok` means that it would
    /// be asked; what it says of a recipient is not known. By default nothing can keep mail from it.
    async fn reach(&self, _domain: &str) -> Result<(), DeliveryError> {
        Ok(())
    }

    /// The name of the next hop for mail to a domain, as it is shown to the person. By default it is the domain.
    fn next_hop(&self, domain: &str) -> String {
        domain.to_owned()
    }

    /// The next hop of all mail, if there is only one.
    fn smarthost(&self) -> Option<&str> {
        None
    }

    /// Whether it can ever hand over a message that demands REQUIRETLS (RFC 8689). By default it can: no network lies before the next
    /// hop.
    fn can_require_tls(&self) -> bool {
        true
    }

    /// Ends the connections that wait for another message. Deliveries after this keep none.
    async fn close(&self) {}
}

/// Why a destination cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CourierError {
    /// The folder cannot be created.
    #[error("the outbox folder cannot be made")]
    Folder(#[source] std::io::Error),
    /// The smarthost's URL is invalid.
    #[error("the smarthost's address is not understood")]
    Smarthost(#[from] SmarthostError),
    /// The resolver, or TLS, cannot be set up.
    #[error("delivery to mail hosts cannot be set up")]
    Resolver(#[source] MxError),
}

/// The settings of `mx`.
pub struct MxSettings {
    /// The resolver; the system's if unset.
    pub dns: Option<SocketAddr>,
    /// The limit of where it connects to.
    pub reach: Reach,
    /// The policies of recipients' domains that it follows.
    pub tls_policy: TlsPolicy,
}

/// Creates the courier for a destination. `hello` is the name in EHLO, and `lanes` limits the connections that are kept.
///
/// # Errors
/// The destination cannot be used.
pub async fn open_courier(
    destination: &Destination,
    mx: MxSettings,
    hello: &str,
    lanes: Lanes,
) -> Result<Arc<dyn Courier>, CourierError> {
    let kept = KeepLimits::of(lanes);
    Ok(match destination {
        Destination::File(folder) => Arc::new(FileCourier::open(folder).await.map_err(CourierError::Folder)?),
        Destination::Smarthost { url, login } => {
            // One host takes the mail for all domains.
            let per_host = lanes.total;
            let kept = KeepLimits { per_host, ..kept };
            Arc::new(SmarthostCourier::new(url, login.as_ref(), hello, kept)?)
        }
        Destination::Mx => Arc::new(open_mx(mx, hello, kept).map_err(CourierError::Resolver)?),
    })
}

/// Creates the courier of `mx`, which follows the policies of the settings.
///
/// # Errors
/// The resolver or TLS cannot be set up.
pub fn open_mx(settings: MxSettings, hello: &str, kept: KeepLimits) -> Result<MxCourier, MxError> {
    let MxSettings { dns, reach, tls_policy } = settings;
    let courier = MxCourier::new(dns, hello, SMTP_PORT, reach, kept)?;
    if tls_policy == TlsPolicy::Off {
        return Ok(courier);
    }
    let roots = trusted_roots();
    let courier = match roots.is_empty() {
        true => {
            tracing::warn!("this system trusts no CA, so MTA-STS is not checked (Debian: ca-certificates)");
            courier
        }
        false => courier.with_mta_sts(roots, HTTPS_PORT, Arc::new(SystemClock))?,
    };
    match tls_policy {
        TlsPolicy::On => courier.with_dane(TrustAnchors::default()),
        TlsPolicy::MtaSts | TlsPolicy::Off => Ok(courier),
    }
}

/// Whether an address can be that of a mailbox: every courier can deliver there, and certificates can hold it (RFC 8551 §3). A domain of
/// one label is a mistyped one: nobody's mail is there (RFC 7085).
pub fn can_be_mailbox(address: &EmailAddress) -> bool {
    let text = address.as_str();
    text.is_ascii() && address.domain().contains('.') && text.parse::<Address>().is_ok()
}

/// A message as a next hop gets it.
struct Outgoing<'a> {
    envelope: Envelope,
    /// The message without its last line end, which lettre adds itself.
    text: &'a [u8],
    /// Whether it demands REQUIRETLS.
    require_tls: RequireTls,
}

impl<'a> Outgoing<'a> {
    fn of(parcel: &'a Parcel) -> Result<Self, DeliveryError> {
        Ok(Self {
            envelope: envelope(parcel)?,
            text: parcel.bytes().strip_suffix(b"\r\n").unwrap_or(parcel.bytes()),
            require_tls: parcel.require_tls(),
        })
    }
}

/// Converts the parcel's envelope to lettre's type.
fn envelope(parcel: &Parcel) -> Result<Envelope, DeliveryError> {
    let from = parcel.from().map(|from| Address::new(from.local(), from.domain()));
    let from = from.transpose().map_err(|error| DeliveryError::Never(error.into()))?;
    // Local parts of more than 64 octets are in use, and refused by `Address::new`. The type holds nothing that could end the
    // command, and quotes what must be quoted.
    let to = Address::new_dangerous(parcel.to().local(), outside::wire_domain(parcel.to()));
    Envelope::new(from, vec![to]).map_err(|error| DeliveryError::Never(error.into()))
}
