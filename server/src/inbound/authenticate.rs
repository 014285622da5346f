//! Checks who sent a message (SPF, DKIM, DMARC). It runs once per message, before policy and for all recipients.

use crate::{
    auth::{Authentication, Authenticator, FromFault},
    config::Rejected,
    envelope::Client,
    mail::indexed::IndexedMessage,
    refusal::Refusal,
    rewrite::Seen,
    smtp_reply,
};

/// Looks up the sender's SPF, DKIM and DMARC results. Returns `None` if sender checks are off.
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

/// Refuses mail whose From fields cannot be evaluated, even if the setting relays mail that DMARC rejects.
pub fn require_known_author(found: &Authentication) -> Result<(), Refusal> {
    match found.fault {
        None => Ok(()),
        Some(FromFault::SeveralFields) => Err(Refusal::new(smtp_reply::SEVERAL_FROM, "several_from")),
        Some(FromFault::TooManyDomains) => Err(Refusal::new(smtp_reply::TOO_MANY_AUTHORS, "too_many_authors")),
    }
}

/// Reduces the results to what the message shows its reader.
pub fn summary_for_reader(found: &Authentication, domain: &str) -> Seen {
    Seen {
        results: found.results(domain),
        warning: found.warning(),
    }
}
