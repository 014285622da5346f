//! Nobody outside speaks for the relay's domains. Mail from one of their addresses is the relay's own, such as a reply from one
//! person's alias to another's, or it is refused. The relay's own is known by its signature, and by what the DNS says.

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
    refusal::Refusal,
    smtp_reply,
    vault::Vault,
};

/// Finds impostors.
pub struct Impostors {
    /// The relay's domains.
    pub domains: Arc<Domains>,
    /// Knows return paths.
    pub vault: Arc<Vault>,
    /// Knows what the relay wrote.
    pub own: OwnSignatures,
}

/// The proofs of authentication that count for a message that speaks for the relay's domains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// It is from the only address in From.
    author: bool,
    /// Its client may send for the domain of the envelope sender.
    envelope: bool,
}

/// By what a message speaks for the relay's domains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    /// By an address in From, or in Sender if From has none.
    Author,
    /// By the envelope sender alone.
    Envelope,
}

impl Shown {
    /// Out of what was found; nothing is shown where nothing is looked up.
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
    /// Refuses a message that speaks for the relay's domains and is not shown to be the relay's own. Hashes its body then, so it
    /// belongs beside the async threads.
    pub async fn refuse(
        &self,
        data: &IndexedMessage,
        reverse_path: &ReversePath,
        shown: Shown,
        now: OffsetDateTime,
    ) -> Result<(), Refusal> {
        let genuine = match self.claim(&data.message(), reverse_path, now) {
            None => true,
            Some(Claim::Author) => shown.author || self.own.verify(data).await,
            Some(Claim::Envelope) => shown.envelope || self.own.verify(data).await,
        };
        match genuine {
            true => Ok(()),
            false => Err(Refusal::new(smtp_reply::NOT_OURS, "speaks_for_us")),
        }
    }

    /// A genuine return path as envelope sender claims nothing: mail that the relay delivered was forwarded from there.
    fn find_claim(&self, message: &Message<'_>, reverse_path: &ReversePath, now: OffsetDateTime) -> Option<Claim> {
        let authors = Authors::read(message);
        let mut domains = authors.mailboxes.iter().flat_map(|mailbox| &mailbox.domains);
        // Two readers: a mail client may understand what one of them does not.
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

    /// Whether an address is under one of the domains as a reader takes it, be it in no good form.
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
