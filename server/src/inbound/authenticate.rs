//! Checks who sent a message (SPF, DKIM, DMARC). It runs once per message, before policy and for all recipients.

use crate::{
    auth::{Authentication, Authenticator, FromFault},
    config::Rejected,
    envelope::Client,
    mail::indexed::IndexedMessage,
    refusal::{Reason, Refusal},
    rewrite::Seen,
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
        .map_err(|error| Refusal::because(Reason::SenderLookUp, error))?;
    match found {
        Some(found) if found.is_rejected() && rejected == Rejected::Refuse => Err(Refusal::new(Reason::Dmarc)),
        found => Ok(found),
    }
}

/// Refuses mail whose From fields cannot be evaluated, even if the setting relays mail that DMARC rejects.
pub fn require_known_author(found: &Authentication) -> Result<(), Refusal> {
    match found.fault {
        None => Ok(()),
        Some(FromFault::SeveralFields) => Err(Refusal::new(Reason::SeveralFrom)),
        Some(FromFault::TooManyDomains) => Err(Refusal::new(Reason::TooManyAuthors)),
    }
}

/// Reduces the results to what the message shows its reader.
pub fn summary_for_reader(found: &Authentication, domain: &str) -> Seen {
    Seen {
        results: found.results(domain),
        warning: found.warning(),
    }
}
