//! The stage before policy: who sent the message. Once per message, whatever its recipients.

use crate::{
    auth::{Authentication, Authenticator, FromFault},
    config::Rejected,
    envelope::Client,
    mail::indexed::IndexedMessage,
    refusal::Refusal,
    rewrite::Seen,
    smtp_reply,
};

/// The findings about a message's sender; `None` if sender checks are off.
pub async fn authenticate(
    authenticator: &Authenticator,
    rejected: Rejected,
    client: &Client,
    message: &IndexedMessage,
) -> Result<Option<Authentication>, Refusal> {
    let found = authenticator
        .authenticate(client, message)
        .await
        .map_err(|error| Refusal::because(smtp_reply::SENDER_LOOK_UP, "sender_look_up", error))?;
    match found {
        Some(found) if found.is_rejected() && rejected == Rejected::Refuse => {
            Err(Refusal::new(smtp_reply::DMARC, "dmarc"))
        }
        found => Ok(found),
    }
}

/// Refuses mail whose From fields nobody can judge, whatever is done with what DMARC rejects.
pub fn require_known_author(found: &Authentication) -> Result<(), Refusal> {
    match found.fault {
        None => Ok(()),
        Some(FromFault::SeveralFields) => Err(Refusal::new(smtp_reply::SEVERAL_FROM, "several_from")),
        Some(FromFault::TooManyDomains) => Err(Refusal::new(smtp_reply::TOO_MANY_AUTHORS, "too_many_authors")),
    }
}

/// The findings as the reader sees them.
pub fn summary_for_reader(found: &Authentication, domain: &str) -> Seen {
    Seen {
        results: found.results(domain),
        warning: found.warning(),
    }
}
