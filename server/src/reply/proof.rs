//! Collects the evidence that a reply is the person's: the signature inside it, and what the mailbox's provider confirms.

use app::address::EmailAddress;
use time::{Duration, OffsetDateTime};

use super::vouched::{AddressedTo, Vouched};
use crate::{
    auth::{Authentication, Covered, Transport},
    mail::message::Message,
    seal::open::{Encryption, Opened},
};

/// The longest age of a signature of the person or the provider. Mail servers retry for five days (RFC 5321 §4.5.4.1), so
/// no delayed reply is lost. An attacker who holds a reply back has no longer to use it.
pub const VALID: Duration = Duration::days(5);

/// How far a signer's clock may be ahead.
pub const AHEAD: Duration = Duration::days(1);

/// The facts that the mailbox's provider confirms.
#[derive(Clone, Copy, Default)]
pub struct Provider<'a> {
    /// The body and the header fields that a fresh DKIM signature in alignment with the mailbox covers.
    pub covered: Option<&'a Covered>,
    /// Whether SPF passed in alignment: the provider's server handed the message over.
    pub spf: bool,
}

impl<'a> Provider<'a> {
    /// Reads the authentication results, if the message's author is the mailbox.
    pub fn of(found: Option<&'a Authentication>, mailbox: &EmailAddress, now: OffsetDateTime) -> Self {
        let Some(found) = found.filter(|found| found.vouches_for(mailbox) != Transport::None) else {
            return Self::default();
        };
        let covered = found.covered_for(mailbox);
        Self {
            covered: covered.filter(|covered| covered.signed_at().is_some_and(|time| is_fresh(time, now))),
            spf: found.spf.aligned,
        }
    }
}

/// The state of the person's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// There is no valid signature.
    No,
    /// The signature is older than [`VALID`] or has no time.
    Old,
    /// The signature is valid and fresh.
    Fresh,
}

/// Everything that [`super::authorise`] decides by.
#[derive(Clone, Copy, Debug)]
pub struct Proof {
    /// The person's signature.
    pub signed: Signed,
    /// The cipher, if the message is encrypted to this contact's key.
    pub encryption: Option<Encryption>,
    /// [`Provider::spf`].
    pub spf: bool,
    /// Whether [`Provider::covered`] is present.
    pub dkim: bool,
    /// The recipients that To and Cc inside the seal name.
    pub inside: AddressedTo,
    /// Whom the To and Cc name that DKIM covers.
    pub covered: AddressedTo,
}

impl Proof {
    /// Collects the evidence of an opened message. `is_contact` recognises the relay address that it came to.
    pub fn of(
        opened: &Opened,
        provider: Provider<'_>,
        is_contact: impl Fn(&EmailAddress) -> bool,
        now: OffsetDateTime,
    ) -> Self {
        let signed = match &opened.signature {
            None => Signed::No,
            Some(signature) if signature.signing_time.is_some_and(|time| is_fresh(time, now)) => Signed::Fresh,
            Some(_) => Signed::Old,
        };
        let inside = Vouched::inside(&Message::parse(&opened.entity));
        let covered = provider.covered.map(Vouched::covered).unwrap_or_default();
        Self {
            signed,
            encryption: opened.encryption,
            spf: provider.spf,
            dkim: provider.covered.is_some(),
            inside: inside.names(&is_contact),
            covered: covered.names(&is_contact),
        }
    }
}

impl Proof {
    /// Whether the provider's confirmation suffices for a reply that nobody could have changed. SPF confirms that the
    /// provider handed the message over to this relay address. DKIM counts if the covered or signed part names the relay
    /// address.
    pub fn by_provider(&self) -> bool {
        let by_dkim = self.dkim
            && match self.inside {
                AddressedTo::Nobody => self.covered == AddressedTo::Contact,
                named => named == AddressedTo::Contact,
            };
        self.spf || by_dkim
    }
}

fn is_fresh(time: OffsetDateTime, now: OffsetDateTime) -> bool {
    time >= now - VALID && time <= now + AHEAD
}
