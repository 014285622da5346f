//! By what a reply shows whose it is: the signature inside, and what the mailbox's provider vouches for.

use app::address::EmailAddress;
use time::{Duration, OffsetDateTime};

use super::vouched::{Named, Vouched};
use crate::{
    auth::{Authentication, Covered, Transport},
    mail::message::Message,
    seal::open::{Encryption, Opened},
};

/// How old a signature may be, the person's or the provider's. Mail servers try for five days (RFC 5321 §4.5.4.1), so no
/// reply that is on its way is lost; whoever held one back has no longer to use it.
pub const VALID: Duration = Duration::days(5);

/// How far the clock of whoever signed may be ahead.
pub const AHEAD: Duration = Duration::days(1);

/// What the mailbox's provider vouches for.
#[derive(Clone, Copy, Default)]
pub struct Provider<'a> {
    /// The body and the header fields that a fresh DKIM signature in alignment with the mailbox covers.
    pub covered: Option<&'a Covered>,
    /// SPF in alignment: the provider's server handed the message over.
    pub spf: bool,
}

impl<'a> Provider<'a> {
    /// What was found out about a message, if its author is the mailbox.
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

/// Whether the message holds a signature of the person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// None that holds.
    No,
    /// One that is older than [`VALID`], or does not tell its age.
    Old,
    /// One that counts.
    Fresh,
}

/// All that [`super::authorise`] decides by.
#[derive(Clone, Copy, Debug)]
pub struct Proof {
    /// The person's signature.
    pub signed: Signed,
    /// The cipher, if it is encrypted to this contact's key.
    pub encryption: Option<Encryption>,
    /// [`Provider::spf`].
    pub spf: bool,
    /// Whether there is anything in [`Provider::covered`].
    pub dkim: bool,
    /// Whom To and Cc inside name.
    pub inside: Named,
    /// Whom the To and Cc name that DKIM covers.
    pub covered: Named,
}

impl Proof {
    /// Of a message that was opened; `is_contact` knows the relay address that it came to.
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
    /// Whether the provider's word suffices for a reply that nobody could have changed: SPF, which says that it handed the message
    /// over to this relay address; or DKIM, if the message names the relay address where DKIM or the signature covers it.
    pub fn by_provider(&self) -> bool {
        let by_dkim = self.dkim
            && match self.inside {
                Named::Nobody => self.covered == Named::Contact,
                named => named == Named::Contact,
            };
        self.spf || by_dkim
    }
}

fn is_fresh(time: OffsetDateTime, now: OffsetDateTime) -> bool {
    time >= now - VALID && time <= now + AHEAD
}
