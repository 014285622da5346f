//! Refuses mail from outside that claims an address of the relay's own domains.
//!
//! Mail from such an address must be the relay's own, for example a reply from one alias to another. The relay's own
//! mail is recognised by its DKIM signature and by SPF.

use std::sync::Arc;

use app::address::EmailAddress;
use time::OffsetDateTime;

use crate::{
    auth::{Authentication, Author, Identity, SpfOutcome, Transport},
    dkim::OwnSignatures,
    domains::Domains,
    envelope::ReversePath,
    mail::{author::Authors, header, indexed::IndexedMessage, message::Message, shown, value},
    queue::return_path,
    refusal::{Reason, Refusal},
    vault::Vault,
};

/// Recognises mail that falsely claims to come from the relay.
pub struct Impostors {
    /// The relay's domains.
    pub domains: Arc<Domains>,
    /// Verifies return paths.
    pub vault: Arc<Vault>,
    /// Verifies the relay's own DKIM signatures.
    pub own: OwnSignatures,
}

/// The authentication results that count for a message in the name of the relay's domains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The address in From, if it is the only one and is authenticated.
    author: bool,
    /// Whether SPF passed for the domain of the envelope sender.
    envelope: bool,
}

/// Where a message claims one of the relay's domains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    /// In From, or in Sender if From has no address.
    Author,
    /// In the envelope sender only.
    Envelope,
}

impl Shown {
    /// Reads the authentication results. Without sender checks nothing is proven.
    pub fn of(found: Option<&Authentication>) -> Self {
        let Some(found) = found else {
            return Self::default();
        };
        Self {
            author: match &found.author {
                Author::Clear(author) => found.vouches_for(author) != Transport::None,
                _ => false,
            },
            envelope: found.spf.outcome == SpfOutcome::Pass && found.spf.identity == Identity::MailFrom,
        }
    }
}

impl Impostors {
    /// Refuses a message that claims one of the relay's domains without proof. The check hashes the body, so run it on a
    /// blocking thread.
    pub async fn refuse(
        &self,
        data: &IndexedMessage,
        reverse_path: &ReversePath,
        shown: Shown,
        now: OffsetDateTime,
    ) -> Result<(), Refusal> {
        let genuine = match self.find_claim(&data.message(), reverse_path, now) {
            None => true,
            Some(Claim::Author) => shown.author || self.own.verify(data).await,
            Some(Claim::Envelope) => shown.envelope || self.own.verify(data).await,
        };
        match genuine {
            true => Ok(()),
            false => Err(Refusal::new(Reason::SpeaksForUs)),
        }
    }

    /// A genuine return path as envelope sender claims nothing, because it belongs to mail that the relay delivered and
    /// somebody forwarded.
    fn find_claim(&self, message: &Message<'_>, reverse_path: &ReversePath, now: OffsetDateTime) -> Option<Claim> {
        let authors = Authors::read(message);
        let mut domains = authors.mailboxes.iter().flat_map(|mailbox| &mailbox.domains);
        // Two parsers read the field, because a mail client may understand what only one of them does.
        let mut listed = message.all(header::FROM).flat_map(value::addresses);
        let shown = shown::sender(message, None);
        if domains.any(|domain| self.domains.stored(domain).is_some())
            || listed.any(|address| self.is_own(&address))
            || shown.is_some_and(|sender| self.is_own(sender.as_str()))
        {
            return Some(Claim::Author);
        }
        match reverse_path {
            ReversePath::Address(address) if self.is_own(address) && !self.is_return_path(address, now) => {
                Some(Claim::Envelope)
            }
            ReversePath::Address(_) | ReversePath::Null => None,
        }
    }

    /// Whether a mail client would read an address as one of the domains, even if the address is malformed.
    fn is_own(&self, address: &str) -> bool {
        let domain = address.rsplit('@').next().unwrap_or_default();
        let domain = domain.trim_matches(|c: char| c == '.' || c == '>' || c.is_whitespace());
        self.domains.stored(&domain.to_lowercase()).is_some()
    }

    fn is_return_path(&self, address: &str, now: OffsetDateTime) -> bool {
        address.parse::<EmailAddress>().is_ok_and(|address| {
            address.domain() == self.domains.main() && return_path::parse(address.local(), now, &self.vault).is_some()
        })
    }
}
